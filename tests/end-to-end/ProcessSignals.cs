using System.Diagnostics;
using System.Runtime.InteropServices;
using Federated.Lab.Demo.Processes;

namespace Federated.EndToEnd.Tests;

/// <summary>What can happen to a process between two instructions.</summary>
internal static class ProcessSignals
{
    private const int Stop = 19;
    private const int Continue = 18;

    /// <summary>kill -9: no handler runs, nothing is flushed.</summary>
    public static async Task KillAsync(this ChildProcess process)
    {
        using (var victim = Process.GetProcessById(process.Id))
        {
            victim.Kill();
        }

        await process.Exited;
    }

    public static void Freeze(this ChildProcess process) => Assert.Equal(0, Kill(process.Id, Stop));

    public static void Thaw(this ChildProcess process) => Assert.Equal(0, Kill(process.Id, Continue));

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
