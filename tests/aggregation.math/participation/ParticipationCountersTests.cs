using FsCheck.Xunit;

namespace Federated.Aggregation.Tests;

public sealed class ParticipationCountersTests
{
    [Property]
    public void Lazy_counting_is_counting_version_by_version(bool[] participation, byte cutoffMinusOne)
    {
        long cutoff = cutoffMinusOne % 12 + 1L;
        var lazy = ParticipationCounters.AdmittedAt(7);
        var eager = lazy;
        for (var i = 0; i < participation.Length; i++)
        {
            var version = 7 + i;
            if (participation[i])
            {
                lazy = lazy.Participate(version, cutoff);
                eager = eager.Participate(version, cutoff);
            }

            eager = eager.AdvanceTo(version + 1, cutoff);
        }

        Assert.Equal(eager, lazy.AdvanceTo(7 + participation.Length, cutoff));
    }

    [Fact]
    public void A_node_that_always_participates_has_weight_one()
    {
        var counters = ParticipationCounters.AdmittedAt(1);
        for (var version = 1; version <= 100; version++)
        {
            counters = counters.Participate(version, 50);
            Assert.Equal(1.0, counters.Weight);
        }
    }

    [Fact]
    public void A_late_joiner_is_counted_from_its_admission()
    {
        var counters = ParticipationCounters.AdmittedAt(1000).Participate(1000, null);
        Assert.Equal(new ParticipationCounters(1, 1, 0, 1001), counters);
    }

    [Fact]
    public void A_return_keeps_recorded_intervals_and_counts_no_absence()
    {
        var away = ParticipationCounters.AdmittedAt(1).Participate(4, 50).AdvanceTo(9, 50);
        Assert.Equal(5, away.AdvanceTo(10, 50).OpenInterval);
        var back = away.ReturnAt(90).Participate(91, 50);
        Assert.Equal(new ParticipationCounters(6, 2, 0, 92), back);
        Assert.Equal(3.0, back.Weight);
    }

    [Fact]
    public void A_version_is_never_counted_twice()
    {
        var counters = ParticipationCounters.AdmittedAt(3).Participate(3, 50);
        Assert.Throws<ArgumentOutOfRangeException>(() => counters.Participate(3, 50));
        Assert.Throws<ArgumentOutOfRangeException>(() => counters.AdvanceTo(2, 50));
    }

    [Fact]
    public void A_million_silent_nodes_cost_nothing_and_count_right()
    {
        var counters = ParticipationCounters.AdmittedAt(0).AdvanceTo(1_000_003, 50);
        Assert.Equal(new ParticipationCounters(1_000_000, 20_000, 3, 1_000_003), counters);
        Assert.Equal(50.0, counters.Weight);
    }

    [Theory]
    [InlineData("N", 31.8, 5, 5)]
    [InlineData("N", 3.0, 5, 3)]
    [InlineData("none", 31.8, 5, 31.8)]
    [InlineData("2.5", 31.8, 5, 2.5)]
    public void A_cap_bounds_the_weight(string cap, double weight, int nodes, double expected)
    {
        Assert.Equal(expected, WeightCap.Parse(cap).Apply(weight, nodes));
        Assert.Equal(cap, WeightCap.Parse(cap).ToString());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("n")]
    [InlineData("")]
    public void A_cap_that_is_none_is_refused(string cap)
    {
        var error = Assert.Throws<FormatException>(() => WeightCap.Parse(cap));
        Assert.Contains("weightCap", error.Message, StringComparison.Ordinal);
    }
}
