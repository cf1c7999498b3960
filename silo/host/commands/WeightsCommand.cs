using System.CommandLine;
using System.Globalization;
using Federated.Aggregation;

namespace Federated.Silo;

/// <summary>fedsilo weights.</summary>
internal static class WeightsCommand
{
    private static readonly Option<string> Trace = new("--trace")
    {
        Description = "A table with a row \"round,node\" for each participation; rounds count from 0",
        HelpName = "CSV",
        Required = true,
    };

    private static readonly Option<long?> Cutoff = new("--cutoff")
    {
        Description = "K: an interval is recorded at this length at the latest. fedau needs it",
        HelpName = "K",
    };

    private static readonly Option<string> Method = new("--method")
    {
        Description = string.Join(" | ", ParticipationMethods.Names),
        HelpName = "METHOD",
        DefaultValueFactory = _ => "fedau",
    };

    private static readonly Option<string> Cap = new("--weight-cap")
    {
        Description = "none, N (the number of nodes) or a number above 0",
        HelpName = "CAP",
        DefaultValueFactory = _ => "none",
    };

    private static readonly Option<int?> Window = new("--window")
    {
        Description = "fedau: only this many of a node's newest intervals count",
        HelpName = "COUNT",
    };

    private static readonly Option<double> Shrinkage = new("--shrinkage")
    {
        Description = "fedau: begin with this many intervals of all nodes' mean",
        HelpName = "COUNT",
    };

    private static readonly Option<string[]> Probability = new("--probability")
    {
        Description = "known: how often a node takes part; once for each node",
        HelpName = "NODE=P",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON" };

    public static Command Create()
    {
        Command command = new(
            "weights",
            """
            Explains what each node's next update would weigh, from who took part when. Only fedau and known weigh nodes apart; the other
            methods give weight 1 and differ in what they divide by (N, or the nodes that took part) and in what they remember.

            Example:
              fedsilo weights --trace trace.csv --cutoff 50
              fedsilo weights --trace trace.csv --method known --probability hospital-a=0.5 --probability hospital-b=0.1
            """
        )
        {
            Trace,
            Cutoff,
            Method,
            Cap,
            Window,
            Shrinkage,
            Probability,
            Json,
        };
        command.SetGuardedAction(
            (result, _) =>
            {
                var policy = Policy(result);
                Print(Explain(result.GetRequiredValue(Trace), policy), result.GetValue(Json));
                return Task.FromResult(ExitCode.Ok);
            }
        );
        return command;
    }

    private static ParticipationPolicy Policy(ParseResult result)
    {
        var name = result.GetRequiredValue(Method);
        var method =
            ParticipationMethods.Find(name)
            ?? throw new StartupException(
                $"--method {name}; expected {string.Join(", ", ParticipationMethods.Names)}."
            );
        var cutoff = result.GetValue(Cutoff);
        if (cutoff is null && method == ParticipationMethod.FedAu)
        {
            throw new StartupException("--cutoff is missing; fedau needs one, such as --cutoff 50.");
        }

        if (cutoff < 1)
        {
            throw new StartupException($"--cutoff {cutoff}; expected 1 or more.");
        }

        var window = result.GetValue(Window);
        if (window is < 1 or > 1000)
        {
            throw new StartupException($"--window {window}; expected 1 … 1000.");
        }

        var shrinkage = result.GetValue(Shrinkage);
        if (!(shrinkage >= 0 && double.IsFinite(shrinkage)))
        {
            throw new StartupException(
                string.Create(CultureInfo.InvariantCulture, $"--shrinkage {shrinkage}; expected 0 or more.")
            );
        }

        var cap = result.GetRequiredValue(Cap);
        try
        {
            return new(method, cutoff, WeightCap.Parse(cap))
            {
                Window = window,
                Shrinkage = shrinkage,
                Probabilities = Probabilities(result.GetValue(Probability) ?? []),
            };
        }
        catch (FormatException)
        {
            throw new StartupException($"--weight-cap {cap}; expected none, N or a number above 0.");
        }
    }

    private static Dictionary<string, double> Probabilities(string[] pairs)
    {
        var probabilities = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var at = pair.LastIndexOf('=');
            var isPair =
                at > 0
                && double.TryParse(
                    pair.AsSpan(at + 1),
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out var probability
                )
                && probability is > 0 and <= 1
                && probabilities.TryAdd(pair[..at], probability);
            if (!isPair)
            {
                throw new StartupException(
                    $"--probability {pair}; expected NODE=P with P > 0 and ≤ 1, once for each node."
                );
            }
        }

        return probabilities;
    }

    private static IReadOnlyList<TracedNode> Explain(string path, ParticipationPolicy policy)
    {
        if (!File.Exists(path))
        {
            throw new StartupException($"--trace {path}: no such file.");
        }

        try
        {
            using var rows = new StreamReader(path);
            return ParticipationTrace.Read(rows).Explain(policy);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"--trace {path}: {e.Message}.");
        }
        catch (UnknownProbabilityException e)
        {
            throw new StartupException(
                $"--probability is missing for node {e.NodeId}; add --probability {e.NodeId}=0.5."
            );
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
