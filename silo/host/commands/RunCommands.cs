using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Federated.Aggregation;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>fedsilo run: submitting runs, and following them.</summary>
internal static class RunCommands
{
    public static Command Create() =>
        new("run", "Begins documents of runs, submits them, and follows the runs.")
        {
            RunNewCommand.Create(),
            Submit(),
            List(),
            Show(),
            Watch(),
            Explain(),
            RunControlCommands.Create(
                "pause",
                "Stops assigning and merging; uploads in flight are taken, deadlines stand still."
            ),
            RunControlCommands.Create("resume", "Goes on after a pause."),
            RunControlCommands.Create("cancel", "Ends a run; what is published stays."),
        };

    private static Command Submit()
    {
        Argument<string> file = new("FILE") { Description = "The run document (YAML); - reads standard input" };
        Option<string?> factors = new("--initial-factors")
        {
            Description =
                "The file that adapter.initialisation of the document names, unless the silo has it already (fedsilo adapter init)",
            HelpName = "FILE",
        };
        var silo = new SiloConnection();
        Command command = new(
            "submit",
            """
            Starts a run from one document. The same document again is the same run.

            Example:
              fedsilo run submit run.yaml --data ./silo
            """
        )
        {
            file,
            factors,
        };
        silo.AddTo(command)
            .SetGuardedAction(
                async (result, cancellation) =>
                {
                    var path = result.GetRequiredValue(file);
                    var yaml =
                        path == "-"
                            ? await Console.In.ReadToEndAsync(cancellation)
                            : await ReadAsync(path, cancellation);
                    using var client = silo.Open(result);
                    if (result.GetValue(factors) is { } initial)
                    {
                        await SendFactorsAsync(client, initial, cancellation);
                    }

                    using var body = new StringContent(yaml, Encoding.UTF8, "application/yaml");
                    var run = await client.PostAsync<SubmittedRun>("/api/runs", body, cancellation);
                    if (silo.Json(result))
                    {
                        Output.Json(run);
                    }
                    else
                    {
                        Console.WriteLine($"{run.Name} {run.RunDigest}");
                        foreach (var note in run.Notes)
                        {
                            Console.WriteLine($"Note: {note}");
                        }

                        Console.WriteLine($"Follow it with: fedsilo run watch {run.Name}{silo.Typed(result)}");
                    }

                    return ExitCode.Ok;
                }
            );
        return command;
    }

    private static Command List()
    {
        var silo = new SiloConnection();
        Command command = new("list", "Lists all runs.\n\nExample:\n  fedsilo run list --data ./silo");
        silo.AddTo(command)
            .SetGuardedAction(
                async (result, cancellation) =>
                {
                    using var client = silo.Open(result);
                    var runs = await client.GetAsync<ImmutableArray<RunView>>("/api/runs", cancellation);
                    if (silo.Json(result))
                    {
                        Output.Json(runs);
                    }
                    else
                    {
                        RunText.Table(runs);
                    }

                    return ExitCode.Ok;
                }
            );
        return command;
    }

    private static Command Show()
    {
        var (run, silo) = (Run(), new SiloConnection());
        Command command = new(
            "show",
            "Shows a run: nodes, weights, and what each version was merged from.\n\nExample:\n  fedsilo run show support-assistant --data ./silo"
        )
        {
            run,
        };
        silo.AddTo(command)
            .SetGuardedAction(
                async (result, cancellation) =>
                {
                    using var client = silo.Open(result);
                    var path = SiloClient.RunPath(result.GetRequiredValue(run));
                    var status = await client.GetAsync<RunView>(path, cancellation);
                    var versions = await client.GetAsync<ImmutableArray<VersionView>>($"{path}/versions", cancellation);
                    if (silo.Json(result))
                    {
                        Output.Json(new { Run = status, Versions = versions });
                        return ExitCode.Ok;
                    }

                    Console.WriteLine(RunText.Line(status, TimeProvider.System.GetUtcNow()));
                    Console.WriteLine($"digest {status.RunDigest}, submitted {RunText.Time(status.CreatedAt)}\n");
                    RunText.Members(status);
                    Console.WriteLine();
                    RunText.Versions(versions);
                    foreach (
                        var remark in RunText
                            .Remarks(versions)
                            .Concat(RunText.Samples(versions))
                            .Concat(RunText.Swept(status))
                    )
                    {
                        Console.WriteLine(remark);
                    }

                    return ExitCode.Ok;
                }
            );
        return command;
    }

    private static Command Watch()
    {
        var (run, silo) = (Run(), new SiloConnection());
        Command command = new(
            "watch",
            "Follows a run until it ends: one living line on a terminal, plain lines when piped.\n\nExample:\n  fedsilo run watch support-assistant --data ./silo"
        )
        {
            run,
        };
        silo.AddTo(command)
            .SetGuardedAction(
                async (result, cancellation) =>
                {
                    using var client = silo.Open(result);
                    var json = silo.Json(result);
                    var line = new LiveLine();
                    var ended = false;
                    var events = client.WatchAsync(result.GetRequiredValue(run), cancellation);
                    await foreach (var status in json ? events : line.EverySecond(events, cancellation))
                    {
                        ended = status.State.HasEnded();
                        line.Show(
                            json
                                ? JsonSerializer.Serialize(status, SiloJson.Options)
                                : RunText.Line(status, TimeProvider.System.GetUtcNow()),
                            living: !json
                        );
                    }

                    line.End();
                    return ended
                        ? ExitCode.Ok
                        : throw new SiloRefusalException(
                            "The silo has stopped, and the run has not ended. Watch it again when the silo is back.",
                            ExitCode.Unreachable
                        );
                }
            );
        return command;
    }

    private static Command Explain()
    {
        var (run, silo) = (Run(), new SiloConnection());
        Command command = new(
            "explain",
            "Says why a run is where it is, and what it waits for.\n\nExample:\n  fedsilo run explain support-assistant --data ./silo"
        )
        {
            run,
        };
        silo.AddTo(command)
            .SetGuardedAction(
                async (result, cancellation) =>
                {
                    using var client = silo.Open(result);
                    var path = SiloClient.RunPath(result.GetRequiredValue(run), "explain");
                    var why = await client.GetAsync<RunExplanation>(path, cancellation);
                    if (silo.Json(result))
                    {
                        Output.Json(why);
                        return ExitCode.Ok;
                    }

                    Console.WriteLine(why.Summary);
                    foreach (var detail in why.Details)
                    {
                        Console.WriteLine($"  {detail}");
                    }

                    Console.WriteLine(
                        why.NextAt is { } next
                            ? $"Something happens by itself at {RunText.Time(next)}."
                            : "Nothing happens by itself: a node or the operator must act."
                    );
                    return ExitCode.Ok;
                }
            );
        return command;
    }

    private static async Task SendFactorsAsync(SiloClient client, string path, CancellationToken cancellation)
    {
        FileStream file;
        try
        {
            file = File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"--initial-factors {path} cannot be read: {e.Message}", e);
        }

        using var body = new StreamContent(file);
        await client.PostAsync<StoredFactors>("/api/initial-factors", body, cancellation);
    }

    private static Argument<string> Run() =>
        new("RUN") { Description = "The run's name, or the beginning of its digest" };

    private static async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The run document {path} cannot be read: {e.Message}", e);
        }
    }
}
