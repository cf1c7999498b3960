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

    [Property]
    public void A_window_is_the_mean_of_the_newest_intervals(
        bool[] participation,
        byte cutoffMinusOne,
        byte windowMinusOne
    )
    {
        long cutoff = cutoffMinusOne % 12 + 1L;
        var window = windowMinusOne % 5 + 1;
        var counters = ParticipationCounters.AdmittedAt(0, window);
        var (open, intervals) = (0L, new List<long>());
        for (var version = 0; version < participation.Length; version++)
        {
            counters = participation[version] ? counters.Participate(version, cutoff) : counters;
            open++;
            if (participation[version] || open == cutoff)
            {
                intervals.Add(open);
                open = 0;
            }
        }

        counters = counters.AdvanceTo(participation.Length, cutoff);
        Assert.Equal(intervals.Count == 0 ? 1.0 : intervals.TakeLast(window).Average(), counters.Weight, 1e-12);
        Assert.Equal(intervals.Count, counters.Intervals);
    }

    [Fact]
    public void A_cutoff_of_one_always_gives_weight_one()
    {
        var counters = ParticipationCounters.AdmittedAt(0).Participate(7, 1).AdvanceTo(1000, 1);
        Assert.Equal(1.0, counters.Weight);
    }

    [Fact]
    public void Shrinkage_begins_with_the_populations_mean_and_ends_with_the_nodes_own()
    {
        var policy = ParticipationPolicy.Default with { Cap = WeightCap.None, Shrinkage = 2 };
        var population = new PopulationParticipation(40, 10);
        var fresh = ParticipationCounters.AdmittedAt(1);
        Assert.Equal(4.0, policy.Weight("a", fresh, 1, 5, population));
        Assert.Equal(3.0, policy.Weight("a", fresh.Participate(1, 50), 2, 5, population));
        // The prior is cut off like every interval.
        Assert.Equal(2.0, (policy with { Cutoff = 2 }).Weight("a", fresh, 1, 5, population));
        var often = Enumerable
            .Range(1, 2000)
            .Aggregate(fresh, (counters, version) => counters.Participate(version, 50));
        Assert.InRange(policy.Weight("a", often, 2001, 5, population), 1.0, 1.01);
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
