using System.Diagnostics;
using System.Globalization;

namespace Federated.Lab.Demo.Processes;

/// <summary>A small process that outlives a killed lab just long enough to end the lab's children.</summary>
/// <remarks>
/// The lab holds the writing end of a pipe to it and names each child there. However the lab ends, the operating system
/// closes the pipe; whatever still runs then is ended (<see cref="ChildGuardLoop"/>). The children know nothing of this.
/// </remarks>
internal sealed class ChildGuard : IAsyncDisposable
{
    private readonly Process _guard;

    private ChildGuard(Process guard) => _guard = guard;

    /// <summary>Starts the guard: this same program with the hidden command <c>guard</c>.</summary>
    public static ChildGuard Start()
    {
        var program = ProgramFolder.Find("Federated.Lab", "fedlab");
        var start = new ProcessStartInfo(program.Executable) { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var argument in program.LeadingArguments.Append(ChildGuardLoop.CommandName))
        {
            start.ArgumentList.Add(argument);
        }

        return new ChildGuard(
            Process.Start(start) ?? throw new DemoException(ExitCode.Failed, $"{program.Executable} did not start.")
        );
    }

    /// <summary>Ends <paramref name="child"/> when this process is gone.</summary>
    public void Watch(Process child)
    {
        long started;
        try
        {
            started = child.StartTime.ToUniversalTime().Ticks;
        }
        catch (InvalidOperationException) when (child.HasExited)
        {
            return; // nothing is left to end
        }

        _guard.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{child.Id} {started}"));
        _guard.StandardInput.Flush();
    }

    /// <summary>Closes the pipe and waits: the guard ends by itself once no child is left.</summary>
    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
    }
}
