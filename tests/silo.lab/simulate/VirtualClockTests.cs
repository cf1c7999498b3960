using Federated.Lab.Simulate;

namespace Federated.Lab.Tests.Simulate;

public sealed class VirtualClockTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly VirtualClock _clock = new(Start);
    private readonly List<(string Name, DateTimeOffset At)> _rung = [];

    [Fact]
    public void Timers_ring_one_by_one_at_their_moments_in_the_order_of_their_setting()
    {
        Timer("second", 2);
        Timer("first", 1);
        Timer("also second", 2);
        while (_clock.RingNext(null)) { }

        Assert.Equal(
            [("first", Start.AddSeconds(1)), ("second", Start.AddSeconds(2)), ("also second", Start.AddSeconds(2))],
            _rung
        );
        Assert.Equal(Start.AddSeconds(2), _clock.GetUtcNow());
    }

    [Fact]
    public void A_timer_that_is_due_later_than_asked_for_does_not_ring_and_the_clock_stands_still()
    {
        Timer("late", 10);
        Assert.False(_clock.RingNext(Start.AddSeconds(9)));
        Assert.Equal(Start, _clock.GetUtcNow());
        Assert.True(_clock.RingNext(Start.AddSeconds(10)));
    }

    [Fact]
    public void A_timer_that_was_set_anew_or_disposed_rings_no_more_at_its_old_moment()
    {
        var moved = Timer("moved", 1);
        var gone = Timer("gone", 2);
        moved.Change(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        gone.Dispose();
        while (_clock.RingNext(null)) { }

        Assert.Equal([("moved", Start.AddSeconds(5))], _rung);
        Assert.False(gone.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public async Task Delays_and_waits_follow_the_clock()
    {
        var delay = Task.Delay(TimeSpan.FromHours(1), _clock, TestContext.Current.CancellationToken);
        Assert.False(delay.IsCompleted);
        Assert.True(_clock.RingNext(null));
        await delay;
        Assert.Equal(Start.AddHours(1), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromHours(1), _clock.GetElapsedTime(Start.UtcTicks));
    }

    [Fact]
    public void Time_never_goes_back()
    {
        _clock.MoveTo(Start.AddSeconds(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.MoveTo(Start));
    }

    private ITimer Timer(string name, int seconds) =>
        _clock.CreateTimer(
            _ => _rung.Add((name, _clock.GetUtcNow())),
            null,
            TimeSpan.FromSeconds(seconds),
            Timeout.InfiniteTimeSpan
        );
}
