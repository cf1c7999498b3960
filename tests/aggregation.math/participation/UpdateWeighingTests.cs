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

    [Fact]
    public void Fedavg_divides_by_those_who_took_part()
    {
        var terms = With(ParticipationMethod.FedAvg);
        var report = Some.Running(terms, "a", "b", "c", "d")
            .Accept("a", 0)
            .Accept("b", 0)
            .CloseAndPublish()
            .Latest!.Report!;
        Assert.All(report.Updates, update => Assert.Equal((1.0, 0.5), (update.Weight, update.Coefficient)));
        Assert.Equal(1.0, report.CoefficientSum);
        Assert.Equal(2 * report.UniformNoiseAmplification, report.NoiseAmplification, 1e-15);
    }

    [Fact]
    public void Mifa_merges_what_absent_nodes_sent_last()
    {
        var state = Some.Running(With(ParticipationMethod.Mifa), "a", "b", "c").Accept("a", 0).Accept("b", 0);
        var plan = state.CloseAndPublish().OpenNext().Accept("b", 1).PlanOfClosed();
        Assert.Equal([("a", 0L), ("b", 1L)], plan.Updates.Select(update => (update.NodeId, update.BaseVersion)));
        Assert.All(plan.Updates, update => Assert.Equal(1.0 / 3, update.Coefficient));
    }

    [Fact]
    public void Fedvarp_takes_the_remembered_update_out_where_a_new_one_comes()
    {
        var state = Some.Running(With(ParticipationMethod.FedVarp), "a", "b", "c", "d").Accept("a", 0).Accept("b", 0);
        state = state.CloseAndPublish().OpenNext().Accept("b", 1).Accept("c", 1);
        var plan = state.PlanOfClosed();
        Assert.Equal(
            [("a", 0L, 0.25), ("b", 0L, -0.25), ("b", 1L, 0.5), ("c", 1L, 0.5)],
            plan.Updates.Select(update => (update.NodeId, update.BaseVersion, update.Coefficient))
        );
        var report = state.CloseAndPublish().Latest!.Report!;
        Assert.Equal((2, 2), (report.Updates.Count, report.Remembered));
        Assert.Equal(Math.Sqrt(0.625), report.NoiseAmplification, 1e-15);
    }

    [Fact]
    public void What_a_suspended_node_sent_is_remembered_no_more()
    {
        var state = Some.Running(With(ParticipationMethod.Mifa), "a", "b").Accept("a", 0).Accept("b", 0);
        state = state.CloseAndPublish().OpenNext().Apply(new NodeSuspended(Some.Start, "a", "test"));
        Assert.Equal(["b"], state.Accept("b", 1).PlanOfClosed().Updates.Select(update => update.NodeId));
        state = state.Apply(new NodeReinstated(Some.Start, "a")).Accept("b", 1);
        Assert.Equal(["a", "b"], state.PlanOfClosed().Updates.Select(update => update.NodeId));
    }

    [Fact]
    public void A_node_that_comes_back_is_not_paid_for_its_absence()
    {
        var terms = Some.Terms() with { Versions = 9 };
        var state = Some.Running(terms, "a", "b").Accept("a", 0).Accept("b", 0).CloseAndPublish().OpenNext();
        state = state.Apply(new NodeSuspended(Some.Start, "b", "test"));
        for (var version = 2; version <= 4; version++)
        {
            state = state.Accept("a", version - 1).CloseAndPublish().OpenNext();
        }

        state = state.Apply(new NodeReinstated(Some.Start, "b")).Accept("b", 4).Accept("a", 4).CloseAndPublish();
        Assert.All(state.Latest!.Report!.Updates, update => Assert.Equal(1.0, update.Weight));
        Assert.Equal(new ParticipationCounters(2, 2, 0, 6), state.Members["b"].Counters);
    }

    private static RunTerms With(ParticipationMethod method) =>
        Some.Terms() with
        {
            Participation = new(method, null, WeightCap.None),
        };

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
