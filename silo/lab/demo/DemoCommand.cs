using System.CommandLine;

namespace Federated.Lab.Demo;

/// <summary><c>fedlab demo</c>.</summary>
internal static class DemoCommand
{
    private const string Text = """
        Several organisations fine-tune one language model together, for real: a silo and five nodes as processes of their own on
        this machine, real text, differential privacy, and an adapter at the end that other tools can load.

        Example: fedlab demo --dir demo-1 --keep
        Ctrl-C stops everything; the same command goes on where it stopped. A folder whose run has ended shows its report again.
        Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 refused by policy or privacy budget, 4 cannot reach, 5 interrupted.
        """;

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var directory = new Option<string>("--dir")
        {
            Description = "Working folder.",
            DefaultValueFactory = _ => "federated-demo",
        };
        var data = new Option<string?>("--data")
        {
            Description =
                "Your own text: a folder with one .jsonl file per organisation, each line {\"text\": \"...\"}.",
        };
        var publicText = new Option<string?>("--public-text")
        {
            Description =
                "Public text, one {\"text\": \"...\"} a line: the frozen factors of the adapter are found on it (EVA) instead of drawn.",
        };
        var nodes = Positive("--nodes", "Organisations (5, or one per file of --data).");
        var versions = Positive("--versions", $"Versions to publish ({DemoDefaults.Versions}).");
        var seed = new Option<int?>("--seed")
        {
            Description = "Seed of splits, initialisation and delays; never of noise (1).",
        };
        var port = Positive("--http-port", "Port of the operator API (any free one).");
        var fresh = new Option<bool>("--fresh") { Description = "Throw away what an earlier demo left in the folder." };
        var keep = new Option<bool>("--keep") { Description = "Keep the silo running at the end." };
        var compare = new Option<bool>("--compare")
        {
            Description =
                "Also train alone, without privacy and centrally, and print the comparison (several times as long).",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON document on standard output." };
        var command = new Command("demo", Text)
        {
            directory,
            data,
            publicText,
            nodes,
            versions,
            seed,
            port,
            fresh,
            keep,
            compare,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    new DemoOptions
                    {
                        Directory = parsed.GetRequiredValue(directory),
                        DataFolder = parsed.GetValue(data),
                        PublicText = parsed.GetValue(publicText),
                        Nodes = parsed.GetValue(nodes),
                        Versions = parsed.GetValue(versions),
                        Seed = parsed.GetValue(seed),
                        HttpPort = parsed.GetValue(port),
                        Fresh = parsed.GetValue(fresh),
                        Keep = parsed.GetValue(keep),
                        Compare = parsed.GetValue(compare),
                        Json = parsed.GetValue(json),
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        // With --json standard output carries the document alone; progress goes to the error stream.
        var progress = options.Json ? Console.Error : Console.Out;
        try
        {
            return await DemoRun.RunAsync(options, progress, TimeProvider.System, cancellationToken);
        }
        catch (DemoException e)
        {
            await Console.Error.WriteLineAsync($"fedlab demo: {e.Message}");
            return e.ExitCode;
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException)
        {
            // A Ctrl-C reaches the silo as soon as it reaches this process, which may first see a silo that is gone.
            if (await IsInterruptedAsync(cancellationToken))
            {
                await Console.Error.WriteLineAsync(
                    $"Interrupted; every program was stopped. To go on: fedlab demo --dir {Path.GetFullPath(options.Directory)}"
                );
                return ExitCode.Interrupted;
            }

            await Console.Error.WriteLineAsync($"fedlab demo: the silo cannot be reached: {e.Message}");
            return ExitCode.Unreachable;
        }
    }

    private static async Task<bool> IsInterruptedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private static Option<int?> Positive(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1)
            {
                result.AddError($"{name} {result.GetValueOrDefault<int?>()}: expected at least 1.");
            }
        });
        return option;
    }
}
