using System.Diagnostics;

namespace Federated.Lab.Demo.Processes;

/// <summary>A program of this solution, running as a process of its own, with its output in a log file.</summary>
/// <remarks>
/// It is stopped by SIGTERM first and killed only after a grace. When this process dies without stopping it, the
/// <see cref="ChildGuard"/> does: a child never stays behind.
/// </remarks>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int LinesKept = 12;

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Queue<string> _lastLines = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _output;

    private ChildProcess(string name, Process process, StreamWriter log)
    {
        Name = name;
        _process = process;
        _log = log;
        _output = Task.WhenAll(CopyAsync(process.StandardOutput, true), CopyAsync(process.StandardError, false));
        Exited = WaitForExitAsync();
    }

    /// <summary>The name under which messages speak of it.</summary>
    public string Name { get; }

    /// <summary>The operating system's process id.</summary>
    public int Id => _process.Id;

    /// <summary>Ends, with the exit code, when the process has ended and its output is in the log.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts <paramref name="program"/>; both output streams go to <paramref name="logFile"/>, which grows over restarts.</summary>
    /// <remarks>Without a <paramref name="guard"/> the child stays behind when this process is killed.</remarks>
    public static ChildProcess Start(
        string name,
        ChildProgram program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        string logFile,
        ChildGuard? guard
    )
    {
        var start = new ProcessStartInfo(program.Executable)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in program.LeadingArguments.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        var log = new StreamWriter(new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            AutoFlush = true,
        };
        try
        {
            var process =
                Process.Start(start) ?? throw new InvalidOperationException($"{program.Executable} did not start.");
            guard?.Watch(process);
            process.StandardInput.Close(); // no child waits for an answer typed here
            return new ChildProcess(name, process, log);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            log.Dispose();
            throw new DemoException(ExitCode.Failed, $"{name}: cannot start {program.Executable}: {e.Message}", e);
        }
    }

    /// <summary>The first standard-output line that begins with <c>ready</c>.</summary>
    /// <exception cref="DemoException">The process ended first; the message holds its last lines.</exception>
    public async Task<string> ReadyLineAsync(CancellationToken cancellationToken)
    {
        var first = await Task.WhenAny(_ready.Task, Exited).WaitAsync(cancellationToken);
        return first == _ready.Task ? await _ready.Task : throw EndedEarly(await Exited);
    }

    /// <summary>What to say when the process ended although it should not have.</summary>
    public DemoException EndedEarly(int exitCode) =>
        new(
            exitCode is ExitCode.Usage or ExitCode.Refused or ExitCode.Unreachable ? exitCode : ExitCode.Failed,
            $"{Name} ended with exit code {exitCode}. Its last lines:{Environment.NewLine}{LastLines()}"
        );

    /// <summary>Asks the process to end, waits for <paramref name="grace"/>, then kills it. Returns its exit code.</summary>
    public async Task<int> StopAsync(TimeSpan grace, TimeProvider time)
    {
        if (!Exited.IsCompleted)
        {
            PosixSignals.RequestEnd(_process);
            try
            {
                return await Exited.WaitAsync(grace, time);
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        return await Exited;
    }

    /// <summary>Kills the process if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
        await _log.DisposeAsync();
        _process.Dispose();
    }

    private string LastLines()
    {
        lock (_gate)
        {
            return string.Join(Environment.NewLine, _lastLines.Select(line => "  " + line));
        }
    }

    private async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        await _output;
        return _process.ExitCode;
    }

    private async Task CopyAsync(StreamReader reader, bool isOutput)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                _log.WriteLine(line);
                _lastLines.Enqueue(line);
                if (_lastLines.Count > LinesKept)
                {
                    _lastLines.Dequeue();
                }
            }

            if (isOutput && line.StartsWith("ready", StringComparison.Ordinal))
            {
                _ready.TrySetResult(line);
            }
        }
    }
}
