using System.CommandLine;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>fedsilo run pause | resume | cancel.</summary>
internal static class RunControlCommands
{
    public static Command Create(string name, string description)
    {
        Argument<string> run = new("RUN") { Description = "The run's name, or the beginning of its digest" };
        Option<string?> reason = new("--reason") { Description = "Why, for the record", HelpName = "TEXT" };
        var silo = new SiloConnection();
        Command command = new(name, $"{description}\n\nExample:\n  fedsilo run {name} support-assistant --data ./silo")
        {
            run,
            reason,
        };
        silo.AddTo(command)
            .SetGuardedAction(
                async (result, cancellation) =>
                {
                    using var client = silo.Open(result);
                    var path = SiloClient.RunPath(result.GetRequiredValue(run), name);
                    if (result.GetValue(reason) is { } why)
                    {
                        path += $"?reason={Uri.EscapeDataString(why)}";
                    }

                    var answer = await client.PostAsync<RunCommandAnswer>(path, null, cancellation);
                    if (silo.Json(result))
                    {
                        Output.Json(answer);
                    }
                    else
                    {
                        Console.WriteLine($"{name}: done");
                    }

                    return ExitCode.Ok;
                }
            );
        return command;
    }
}
