using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Silo.Tests;

public sealed class RunWakingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_cannot_be_read_is_tried_again_ever_more_seldom_until_it_can()
    {
        var time = new FakeTimeProvider();
        var failures = Channel.CreateUnbounded<TimeSpan>();
        var calls = 0;
        var waking = RunWaking.UntilDoneAsync(
            () => ++calls < 4 ? Task.FromException(new IOException("the disk is full")) : Task.CompletedTask,
            (_, wait) => Assert.True(failures.Writer.TryWrite(wait)),
            time,
            Cancellation
        );

        var waits = new List<TimeSpan>();
        for (var i = 0; i < 3; i++)
        {
            waits.Add(await failures.Reader.ReadAsync(Cancellation));
            time.Advance(waits[^1]);
        }

        await waking;
        Assert.Equal([1.0, 2, 4], waits.Select(wait => wait.TotalSeconds));
        Assert.Equal(4, calls);
    }
}
