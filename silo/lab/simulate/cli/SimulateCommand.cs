using System.CommandLine;
using Federated.Protocol;
using Federated.Silo;

namespace Federated.Lab.Simulate;

/// <summary><c>fedlab simulate</c>.</summary>
internal static class SimulateCommand
{
    private const string Text = """
        Runs one document with many virtual nodes on virtual time, through the silo's own code: nothing is weighed, merged or closed by
        anything else than in a real federation. The same options always end with the same bytes.

        Examples:
          fedlab simulate --nodes 250 --versions 500 --participation markov --compare fedau,fedavg,uniform
          fedlab simulate run.yaml --nodes 100 --delays lognormal:5m:0.8 --stragglers 0.1 --dir simulation-1
        Ctrl-C stops; what --dir holds goes on with --resume, and fedsilo verify --data DIR/silo replays it.
        Exit codes: 0 ok, 1 failed, 2 usage or configuration, 5 interrupted.
        """;

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var line = new SimulateCommandLine();
        var command = new Command("simulate", Text);
        line.AddTo(command);
        command.SetAction((parsed, cancellation) => GuardedAsync(() => line.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> GuardedAsync(Func<SimulateOptions> read, CancellationToken cancellation)
    {
        string? directory = null;
        try
        {
            var options = read();
            directory = options.Directory;
            await SimulationRun.RunAsync(options, Console.Out, Console.Error, cancellation);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(
                directory is null
                    ? "Interrupted. Nothing was kept: name a --dir to be able to go on."
                    : "Interrupted. To go on: the same command with --resume."
            );
            return ExitCode.Interrupted;
        }
        catch (Exception error)
            when (error
                    is SimulationException
                        or StartupException
                        or RunDocumentException
                        or IOException
                        or UnauthorizedAccessException
                        or InvalidDataException
            )
        {
            await Console.Error.WriteLineAsync($"fedlab simulate: {error.Message}");
            var isUsage = error is SimulationException { IsUsage: true } or RunDocumentException or StartupException;
            return isUsage ? ExitCode.Usage : ExitCode.Failed;
        }
    }
}
