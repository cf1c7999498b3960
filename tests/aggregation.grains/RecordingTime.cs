using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Aggregation.Grains.Tests;

/// <summary>A clock in the tests' hands that remembers for how long timers were set.</summary>
internal sealed class RecordingTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new RecordedTimer(base.CreateTimer(callback, state, dueTime, period), Waits);

    private sealed class RecordedTimer(ITimer timer, ConcurrentQueue<TimeSpan> waits) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            waits.Enqueue(dueTime);
            return timer.Change(dueTime, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
