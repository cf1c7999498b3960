using System.Diagnostics;
using Federated.Lab.Demo;
using Federated.Lab.Demo.Processes;

namespace Federated.Lab.Tests.Demo;

public sealed class ChildProcessTests : IDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    // A guard, and no measure.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public ChildProcessTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");

    public void Dispose() => _folder.Dispose();

    private string Log => _folder.File("child.log");

    [Fact]
    public async Task The_ready_line_is_found_among_others_and_everything_is_logged()
    {
        await using var guard = ChildGuard.Start();
        await using var child = Shell("echo starting; echo trouble >&2; echo ready now; exec sleep 3000", guard);

        Assert.Equal("ready now", await child.ReadyLineAsync(TestContext.Current.CancellationToken));
        await child.StopAsync(Patience, TimeProvider.System);
        var log = await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken);
        Assert.Contains("starting", log, StringComparison.Ordinal);
        Assert.Contains("trouble", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_ends_before_it_is_ready_is_an_error_with_its_words_and_exit_code()
    {
        await using var guard = ChildGuard.Start();
        await using var child = Shell("echo no budget left >&2; exit 3", guard);

        var error = await Assert.ThrowsAsync<DemoException>(() =>
            child.ReadyLineAsync(TestContext.Current.CancellationToken)
        );
        Assert.Equal(3, error.ExitCode);
        Assert.Contains("no budget left", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_has_ended_already_needs_no_guard()
    {
        await using var guard = ChildGuard.Start();
        using var child = Process.Start("/bin/sh", ["-c", "exit 3"]);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        guard.Watch(child);

        Assert.True(child.HasExited);
    }

    [Fact]
    public async Task Stopping_asks_first()
    {
        await using var guard = ChildGuard.Start();
        await using var child = Shell(
            "trap 'echo asked; exit 7' TERM; echo ready; while :; do sleep 0.05; done",
            guard
        );
        await child.ReadyLineAsync(TestContext.Current.CancellationToken);

        Assert.Equal(7, await child.StopAsync(Patience, TimeProvider.System));
    }

    [Fact]
    public async Task Stopping_kills_what_does_not_listen()
    {
        await using var guard = ChildGuard.Start();
        await using var child = Shell("trap '' TERM; echo ready; while :; do sleep 0.05; done", guard);
        await child.ReadyLineAsync(TestContext.Current.CancellationToken);

        Assert.Equal(128 + 9, await child.StopAsync(TimeSpan.FromMilliseconds(200), TimeProvider.System));
    }

    [Fact]
    public async Task When_the_lab_is_gone_the_guard_ends_its_children()
    {
        await using var child = Shell("echo ready; exec sleep 3000", null);
        using var process = Process.GetProcessById(child.Id);

        // The end of input is all that a killed lab leaves behind.
        var input = new StringReader($"{child.Id} {process.StartTime.ToUniversalTime().Ticks}\n");
        await ChildGuardLoop.RunAsync(input, Patience, TimeProvider.System);

        Assert.Equal(128 + 15, await child.Exited);
    }

    [Fact]
    public async Task The_guard_leaves_a_stranger_alone_that_got_a_childs_number()
    {
        await using var stranger = Shell("echo ready; exec sleep 3000", null);
        using var process = Process.GetProcessById(stranger.Id);

        var longAgo = process.StartTime.ToUniversalTime().AddHours(-1).Ticks;
        await ChildGuardLoop.RunAsync(new StringReader($"{stranger.Id} {longAgo}\n"), Patience, TimeProvider.System);

        Assert.False(stranger.Exited.IsCompleted);
    }

    private ChildProcess Shell(string script, ChildGuard? guard) =>
        ChildProcess.Start("child", new ChildProgram("sh", "/bin/sh", ["-c"]), [script], NoEnvironment, Log, guard);
}
