namespace Federated.Lab.Simulate;

/// <summary>The time of a simulation: it stands still until it is told to go on, and rings what is due, in order.</summary>
/// <remarks>The grains read it and set their timers on it, so that deadlines, grace and silence follow virtual time. Thread-safe.</remarks>
/// <param name="start">The first moment.</param>
internal sealed class VirtualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<VirtualTimer> _armed = [];
    private DateTimeOffset _now = start;
    private long _order;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes to the moment of the earliest timer and rings it, alone; timers of one moment ring in the order of their setting.</summary>
    /// <param name="latest">A timer that is due later is left alone; null = none is too late.</param>
    /// <returns>False when there is no such timer; the time stands still then.</returns>
    public bool RingNext(DateTimeOffset? latest)
    {
        VirtualTimer? next;
        lock (_lock)
        {
            next = _armed
                .Where(timer => latest is null || timer.Due <= latest)
                .MinBy(timer => (timer.Due, timer.Order));
            if (next is null)
            {
                return false;
            }

            _armed.Remove(next);
            _now = next.Due > _now ? next.Due : _now;
        }

        next.Ring();
        return true;
    }

    /// <summary>Goes to a moment; timers that are due by then must have been rung.</summary>
    /// <param name="moment">Not before the present one.</param>
    public void MoveTo(DateTimeOffset moment)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(moment, _now);
            _now = moment;
        }
    }

    internal void Arm(VirtualTimer timer, TimeSpan dueTime)
    {
        lock (_lock)
        {
            _armed.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.Due = _now + dueTime;
                timer.Order = _order++;
                _armed.Add(timer);
            }
        }
    }
}
