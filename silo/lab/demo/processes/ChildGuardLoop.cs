using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Federated.Lab.Demo.Processes;

/// <summary>What the guard process does: read children until the pipe closes, then end those that still run.</summary>
internal static class ChildGuardLoop
{
    /// <summary>The hidden command that runs this loop.</summary>
    public const string CommandName = "guard";

    // A process id is used again by the system some day; the start time tells the child from a stranger. It is derived
    // from the boot time, which two processes may see some milliseconds apart.
    private static readonly TimeSpan StartTimeTolerance = TimeSpan.FromSeconds(2);

    /// <summary>Reads lines <c>PID STARTTICKS</c> from <paramref name="input"/> until its end, then ends the named processes.</summary>
    public static async Task RunAsync(TextReader input, TimeSpan grace, TimeProvider time)
    {
        // A Ctrl-C reaches the whole terminal group; the guard must stay until its children have gone.
        using var ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        var children = new List<Process>();
        while (await input.ReadLineAsync() is { } line)
        {
            if (Find(line) is { } child)
            {
                children.Add(child);
            }
        }

        foreach (var child in children.Where(child => !child.HasExited))
        {
            PosixSignals.RequestEnd(child);
        }

        foreach (var child in children)
        {
            await EndAsync(child, grace, time);
            child.Dispose();
        }
    }

    private static Process? Find(string line)
    {
        var parts = line.Split(' ');
        if (
            parts.Length != 2
            || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out var id)
            || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out var ticks)
        )
        {
            return null;
        }

        try
        {
            var process = Process.GetProcessById(id);
            var difference = process.StartTime.ToUniversalTime() - new DateTime(ticks, DateTimeKind.Utc);
            return difference.Duration() < StartTimeTolerance ? process : null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null; // gone already
        }
    }

    private static async Task EndAsync(Process child, TimeSpan grace, TimeProvider time)
    {
        try
        {
            await child.WaitForExitAsync().WaitAsync(grace, time);
        }
        catch (TimeoutException)
        {
            child.Kill(entireProcessTree: true);
        }
    }
}
