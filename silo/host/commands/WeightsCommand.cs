using System.CommandLine;
using System.Globalization;
using Federated.Aggregation;

namespace Federated.Silo;

/// <summary>fedsilo weights.</summary>
internal static class WeightsCommand
{
    public static Command Create()
    {
        Option<string> trace = new("--trace")
        {
            Description = "A table with a row \"round,node\" for each participation; rounds count from 0",
            HelpName = "CSV",
            Required = true,
        };
        Option<long> cutoff = new("--cutoff")
        {
            Description = "K: an interval is recorded at this length at the latest",
            HelpName = "K",
            Required = true,
        };
        Option<string> method = new("--method")
        {
            Description = "fedau | uniform",
            HelpName = "METHOD",
            DefaultValueFactory = _ => "fedau",
        };
        Option<string> cap = new("--weight-cap")
        {
            Description = "none, N (the number of nodes) or a number above 0",
            HelpName = "CAP",
            DefaultValueFactory = _ => "none",
        };
        Option<bool> json = new("--json") { Description = "Print JSON" };
        Command command = new(
            "weights",
            """
            Explains what each node's next update would weigh, from who took part when.

            Example:
              fedsilo weights --trace trace.csv --cutoff 50
            """
        )
        {
            trace,
            cutoff,
            method,
            cap,
            json,
        };
        command.SetGuardedAction(
            (result, _) =>
            {
                var policy = Policy(
                    result.GetRequiredValue(method),
                    result.GetRequiredValue(cutoff),
                    result.GetRequiredValue(cap)
                );
                Print(Read(result.GetRequiredValue(trace)).Explain(policy), result.GetValue(json));
                return Task.FromResult(ExitCodes.Ok);
            }
        );
        return command;
    }

    private static ParticipationPolicy Policy(string method, long cutoff, string cap)
    {
        if (cutoff < 1)
        {
            throw new StartupException($"--cutoff {cutoff}; expected 1 or more.");
        }

        try
        {
            return new ParticipationPolicy(
                method switch
                {
                    "fedau" => ParticipationMethod.FedAu,
                    "uniform" => ParticipationMethod.Uniform,
                    _ => throw new StartupException($"--method {method}; expected fedau or uniform."),
                },
                cutoff,
                WeightCap.Parse(cap)
            );
        }
        catch (FormatException)
        {
            throw new StartupException($"--weight-cap {cap}; expected none, N or a number above 0.");
        }
    }

    private static ParticipationTrace Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new StartupException($"--trace {path}: no such file.");
        }

        try
        {
            using var rows = new StreamReader(path);
            return ParticipationTrace.Read(rows);
        }
        catch (FormatException e)
        {
            throw new StartupException($"--trace {path}: {e.Message}.");
        }
    }

    private static void Print(IReadOnlyList<TracedNode> nodes, bool json)
    {
        if (json)
        {
            Output.Json(nodes);
            return;
        }

        Output.Table(
            ["node", "next weight", "intervals", "open interval", "participations"],
            nodes.Select(node =>
                (IReadOnlyList<string>)
                    [
                        node.Node,
                        node.WeightNext.ToString("0.####", CultureInfo.InvariantCulture),
                        $"{node.Intervals}",
                        $"{node.OpenInterval}",
                        $"{node.Participations}",
                    ]
            )
        );
    }
}
