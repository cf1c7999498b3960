using System.CommandLine;

namespace Federated.Silo;

/// <summary>Turns what a command runs into, into its exit code and one clear line.</summary>
internal static class CommandExtensions
{
    /// <summary>Sets what the command does. Faults become lines on the error stream and exit codes.</summary>
    public static void SetGuardedAction(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(
            async (result, cancellation) =>
            {
                try
                {
                    return await action(result, cancellation);
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    return ExitCode.Interrupted;
                }
                catch (StartupException e)
                {
                    return Fail(e.Message, ExitCode.Usage);
                }
                catch (SiloRefusalException e)
                {
                    return Fail(e.Message, e.ExitCode);
                }
                catch (Exception e) when (e is HttpRequestException or HttpIOException or TaskCanceledException)
                {
                    return Fail(
                        $"The silo does not answer: {e.Message}. Start it (fedsilo serve --data DIR), or name the address that it prints after http= (--silo URL).",
                        ExitCode.Unreachable
                    );
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
                {
                    return Fail(e.Message, ExitCode.Failed);
                }
                catch (Exception e)
                {
                    // Nobody foresaw it; a damaged journal, for one, has many faces.
                    return Fail($"stopped by an unexpected error ({e.GetType().Name}): {e.Message}", ExitCode.Failed);
                }
            }
        );

    private static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine($"fedsilo: {message}");
        return exitCode;
    }
}
