namespace Federated.ClientNode.Tests;

/// <summary>A clock on which delays are over at once; what repeats (heartbeats) keeps its pace.</summary>
internal sealed class NoWaiting(TimeProvider clock) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : dueTime, period);
}
