using System.Runtime.InteropServices;

namespace Federated.Lab.Demo.Processes;

/// <summary>Asks a process to end, the way its own operating system does.</summary>
internal static class PosixSignals
{
    private const int Terminate = 15;

    /// <summary>Sends SIGTERM; on Windows, which has none, the process is ended at once.</summary>
    public static void RequestEnd(System.Diagnostics.Process process)
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
            return;
        }

        _ = Kill(process.Id, Terminate);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
