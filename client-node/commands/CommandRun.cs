using System.Runtime.InteropServices;
using System.Text.Json;
using Federated.Adapters;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Text;
using Federated.Privacy.Accounting;
using Federated.Protocol;
using Polly.Timeout;

namespace Federated.ClientNode;

/// <summary>Runs a command and turns what stops it into one sentence on standard error and an exit code.</summary>
internal static class CommandRun
{
    /// <summary>Runs a synchronous command.</summary>
    public static int Guard(Func<int> command) => GuardAsync(() => Task.FromResult(command())).GetAwaiter().GetResult();

    /// <summary>Runs a command.</summary>
    /// <param name="command">Gives the exit code.</param>
    /// <param name="errors">Where the sentence goes; standard error unless given.</param>
    public static async Task<int> GuardAsync(Func<Task<int>> command, TextWriter? errors = null)
    {
        try
        {
            return await command();
        }
        catch (Exception error)
        {
            await (errors ?? Console.Error).WriteLineAsync($"fednode: {Sentence(error)}");
            return CodeOf(error);
        }
    }

    /// <summary>What a person is told. Of an exception that nobody foresaw only the name: its message may quote a record.</summary>
    internal static string Sentence(Exception error) =>
        error switch
        {
            OperationCanceledException => "stopped; nothing is lost, the next start goes on",
            TimeoutRejectedException => "the silo does not answer in time",
            ExternalException => error.Message.Split('\n')[0], // libtorch's messages carry the native stack after the first line
            JsonException or FormatException =>
                $"a file of this node or an answer cannot be read ({error.GetType().Name})",
            RunDocumentException => SiloText.Plain(error.Message),
            _ when IsForeseen(error) => error.Message,
            _ => $"stopped by an unexpected error ({error.GetType().Name})",
        };

    /// <summary>The exit code of an exception.</summary>
    internal static int CodeOf(Exception error) =>
        error switch
        {
            OperationCanceledException => ExitCode.Interrupted,
            SiloUnreachableException or TimeoutRejectedException => ExitCode.Unreachable,
            PrivacyBudgetExceededException
            or LedgerRolledBackException
            or SharedRecordsException
            or DataMarkerException
            or SiloRefusedException
            or NodeRefusedException => ExitCode.Refused,
            NodeSettingsException or NodeHomeException or InvalidRecordsException => ExitCode.Usage,
            InvalidCheckpointException or InvalidAdapterOptionsException or ChatTemplateException => ExitCode.Usage,
            _ => ExitCode.Failed,
        };

    private static bool IsForeseen(Exception error) =>
        CodeOf(error) != ExitCode.Failed
        || error
            is LedgerException
                or InvalidAdapterBlobException
                or InvalidDataException
                or IOException
                or UnauthorizedAccessException;
}
