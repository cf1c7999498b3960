using System.Runtime.InteropServices;
using Federated.Adapters;
using Federated.Adapters.Checkpoints;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>Runs a command and turns what stops it into one sentence on standard error and an exit code.</summary>
internal static class CommandRun
{
    /// <summary>Runs a synchronous command.</summary>
    public static int Guard(Func<int> command) => GuardAsync(() => Task.FromResult(command())).GetAwaiter().GetResult();

    /// <summary>Runs a command.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception error)
        {
            var code = CodeOf(error);
            if (code is null)
            {
                throw;
            }

            // libtorch's messages carry the native stack after the first line.
            var message = error switch
            {
                OperationCanceledException => "stopped; nothing is lost, the next start goes on",
                ExternalException => error.Message.Split('\n')[0],
                _ => error.Message,
            };
            await Console.Error.WriteLineAsync($"fednode: {message}");
            return code.Value;
        }
    }

    private static int? CodeOf(Exception error) =>
        error switch
        {
            OperationCanceledException => ExitCode.Interrupted,
            SiloUnreachableException => ExitCode.Unreachable,
            PrivacyBudgetExceededException => ExitCode.Refused,
            NodeSettingsException or NodeHomeException or InvalidRecordsException => ExitCode.Usage,
            InvalidCheckpointException or InvalidAdapterOptionsException => ExitCode.Usage,
            ArgumentException => ExitCode.Usage,
            SiloRefusedException or LedgerException or InvalidAdapterBlobException => ExitCode.Failed,
            ExternalException or InvalidDataException or IOException or UnauthorizedAccessException => ExitCode.Failed,
            _ => null,
        };
}
