namespace Federated.Aggregation.Tests;

public sealed class UpdateWeighingTests
{
    [Fact]
    public void Coefficients_are_divided_by_all_nodes_whoever_reports()
    {
        var state = Some.Running(null, "a", "b", "c", "d").Accept("a", 0).CloseAndPublish();
        var report = Assert.Single(state.Latest!.Report!.Updates);
        Assert.Equal((1.0, 0.25), (report.Weight, report.Coefficient));
    }

    [Fact]
    public void Two_updates_of_one_node_are_averaged_and_count_once()
    {
        var state = Some.Running(null, "a", "b");
        state = state.Accept("b", 0).CloseAndPublish().OpenNext();
        state = state.Accept("a", 0).Accept("a", 1).CloseAndPublish();
        var updates = state.Latest!.Report!.Updates;
        Assert.Equal(
            [("a", 0L, 1L), ("a", 1L, 0L)],
            updates.Select(update => (update.NodeId, update.BaseVersion, update.Staleness))
        );
        Assert.All(updates, update => Assert.Equal(1.0, update.Weight));
        Assert.Equal(0.25 * Math.Pow(2, -0.5), updates[0].Coefficient);
        Assert.Equal(0.25, updates[1].Coefficient);
        // One interval of two versions: version 1 missed, version 2 with two updates.
        Assert.Equal(new ParticipationCounters(2, 1, 0, 3), state.Members["a"].Counters);
    }

    [Fact]
    public void A_rare_node_weighs_more_and_the_cap_holds_it()
    {
        var terms = Some.Terms() with { Versions = 9 };
        var state = Some.Running(terms, "a", "b");
        for (var version = 1; version <= 3; version++)
        {
            state = state.Accept("a", version - 1).CloseAndPublish().OpenNext();
        }

        state = state.Accept("b", 3).CloseAndPublish().OpenNext();
        // b took part in version 4 for the first time: weight 1 then, and 4, capped at N = 2, from now on.
        Assert.Equal(1.0, state.Latest!.Report!.Updates[0].Weight);
        state = state.Accept("b", 4).CloseAndPublish();
        Assert.Equal((2.0, 1.0), (state.Latest!.Report!.Updates[0].Weight, state.Latest.Report.Updates[0].Coefficient));
    }

    [Fact]
    public void The_report_compares_the_noise_with_uniform_weights()
    {
        var report = Some.Running(null, "a", "b", "c", "d")
            .Accept("a", 0)
            .Accept("b", 0)
            .CloseAndPublish()
            .Latest!.Report!;
        Assert.Equal(4, report.Nodes);
        Assert.Equal(0.5, report.CoefficientSum);
        Assert.Equal(Math.Sqrt(2) / 4, report.NoiseAmplification, 1e-15);
        Assert.Equal(report.UniformNoiseAmplification, report.NoiseAmplification, 1e-15);
    }

    [Theory]
    [InlineData(StalenessMethod.Weighted, 0.5, 3, 0.5)]
    [InlineData(StalenessMethod.Weighted, 0, 3, 1)]
    [InlineData(StalenessMethod.Weighted, 2, 1, 0.25)]
    [InlineData(StalenessMethod.Drop, 0.5, 0, 1)]
    [InlineData(StalenessMethod.Drop, 0.5, 1, 0)]
    public void Lateness_scales_or_drops(StalenessMethod method, double exponent, long staleness, double scale) =>
        Assert.Equal(scale, new StalenessPolicy(method, exponent).Scale(staleness));

    [Fact]
    public void A_late_update_is_scaled_down_but_never_left_out_by_the_exponent()
    {
        var scale = new StalenessPolicy(StalenessMethod.Weighted, 5000).Scale(3);
        Assert.InRange(scale, double.Epsilon, 1e-300);
        Assert.False(new StalenessDecision("a", 0, 3, scale, "x").Dropped);
    }
}
