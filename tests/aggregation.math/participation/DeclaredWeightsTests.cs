using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Federated.Aggregation.Tests;

/// <summary>Runs that weigh nodes by what their owners declared: q = declared ÷ all declared.</summary>
public sealed class DeclaredWeightsTests
{
    [Fact]
    public void A_node_counts_by_its_share_of_all_that_is_declared_whoever_reports()
    {
        var state = Running(ParticipationMethod.FedAu, ("a", 100), ("b", 300), ("c", 600)).Accept("b", 0);
        var report = state.Accept("c", 0).CloseAndPublish().Latest!.Report!;
        Assert.Equal([("b", 1.0, 0.3), ("c", 1.0, 0.6)], Of(report));
        Assert.Equal(Math.Sqrt((0.3 * 0.3) + (0.6 * 0.6)), report.UniformNoiseAmplification, 1e-15);
    }

    [Fact]
    public void Fedavg_shares_among_those_who_took_part()
    {
        var state = Running(ParticipationMethod.FedAvg, ("a", 100), ("b", 300), ("c", 600)).Accept("a", 0);
        Assert.Equal([("a", 1.0, 0.25), ("b", 1.0, 0.75)], Of(state.Accept("b", 0).CloseAndPublish().Latest!.Report!));
    }

    [Fact]
    public void What_is_remembered_counts_by_its_share_too()
    {
        var state = Running(ParticipationMethod.Mifa, ("a", 1), ("b", 3)).Accept("a", 0).Accept("b", 0);
        var mifa = state.CloseAndPublish().OpenNext().Accept("b", 1).PlanOfClosed().Updates;
        Assert.Equal([("a", 0.25), ("b", 0.75)], mifa.Select(update => (update.NodeId, update.Coefficient)));
        state = Running(ParticipationMethod.FedVarp, ("a", 1), ("b", 3)).Accept("a", 0).Accept("b", 0);
        var fedvarp = state.CloseAndPublish().OpenNext().Accept("b", 1).PlanOfClosed().Updates;
        // a: its share of y. b: y of version 1 goes (0.75 − 1), the new one comes.
        Assert.Equal(
            [("a", 0.25), ("b", -0.25), ("b", 1.0)],
            fedvarp.Select(update => (update.NodeId, update.Coefficient))
        );
    }

    [Fact]
    public void The_cap_N_stops_at_one_over_the_share_so_that_no_update_is_extrapolated()
    {
        var state = Running(ParticipationMethod.FedAu, ("a", 100), ("b", 300));
        for (var version = 1; version <= 5; version++)
        {
            state = state.Accept("a", version - 1).CloseAndPublish().OpenNext();
        }

        // b comes in version 6 for the first time, with weight 1; from then on 6, capped at 4 / 3.
        state = state.Accept("b", 5).CloseAndPublish().OpenNext().Accept("b", 6).CloseAndPublish();
        Assert.Equal([("b", 400.0 / 300, 1.0)], Of(state.Latest!.Report!));
        Assert.Equal(1.0, state.NextWeight(state.Members["a"]));
    }

    [Fact]
    public void A_node_that_is_away_counts_where_its_update_is_and_nowhere_else()
    {
        var state = Running(ParticipationMethod.FedAu, ("a", 100), ("b", 300), ("c", 600))
            .Accept("a", 0)
            .Accept("b", 0);
        state = state.Apply(new NodeLeft(Some.Start, "b")).Apply(new NodeLeft(Some.Start, "c"));
        Assert.Equal([("a", 1.0, 0.25), ("b", 1.0, 0.75)], Of((state = state.CloseAndPublish()).Latest!.Report!));
        state = state.OpenNext().Accept("a", 1).CloseAndPublish();
        Assert.Equal([("a", 1.0, 1.0)], Of(state.Latest!.Report!));
        state = state.OpenNext().Apply(new NodeReturned(Some.Start, "c")).Accept("a", 2).CloseAndPublish();
        Assert.Equal([("a", 1.0, 100.0 / 700)], Of(state.Latest!.Report!));
    }

    [Property]
    public Property The_whole_is_always_the_sum_over_the_admitted_nodes() =>
        Prop.ForAll(
            Gen.Zip(Gen.Choose(1, 1000).ArrayOf(4), Gen.Choose(0, 3).ArrayOf(12)).ToArbitrary(),
            drawn =>
            {
                var (declared, steps) = drawn;
                var state = Running(ParticipationMethod.FedAu, [.. declared.Select((size, i) => ($"{i}", (long)size))]);
                foreach (var step in steps)
                {
                    var node = $"{step}";
                    state = state.Members[node].Standing switch
                    {
                        NodeStanding.Admitted => state.Apply(
                            declared[step] % 2 == 0
                                ? new NodeLeft(Some.Start, node)
                                : new NodeSuspended(Some.Start, node, "")
                        ),
                        NodeStanding.Left => state.Apply(new NodeReturned(Some.Start, node)),
                        _ => state.Apply(new NodeReinstated(Some.Start, node)),
                    };
                }

                var admitted = state.Members.Values.Where(member => member.Standing == NodeStanding.Admitted);
                return state.AdmittedSize == admitted.Sum(member => member.Size);
            }
        );

    [Fact]
    public void A_count_is_for_runs_that_weigh_by_it_and_needed_there()
    {
        var declares = new NodeAdmitted(Some.Start, "a") { DeclaredRecords = 7 };
        var recruiting = new RecruitingOpened(Some.Start);
        Assert.Throws<InvalidTransitionException>(() => Some.Draft().Apply(recruiting).Apply(declares));
        var weighs = Some.Draft(Terms(ParticipationMethod.FedAu)).Apply(recruiting);
        Assert.Equal(7, weighs.Apply(declares).Members["a"].DeclaredRecords);
        Assert.Throws<InvalidTransitionException>(() => weighs.Apply(declares with { DeclaredRecords = null }));
        Assert.Throws<InvalidTransitionException>(() => weighs.Apply(declares with { DeclaredRecords = 0 }));
    }

    private static RunTerms Terms(ParticipationMethod method) =>
        Some.Terms() with
        {
            Versions = 9,
            Participation = new(method, null, WeightCap.Nodes),
            WeighsDeclaredRecords = true,
        };

    private static RunState Running(ParticipationMethod method, params (string Node, long Declared)[] nodes)
    {
        var state = Some.Draft(Terms(method)).Apply(new RecruitingOpened(Some.Start));
        foreach (var (node, declared) in nodes)
        {
            state = state.Apply(new NodeAdmitted(Some.Start, node) { DeclaredRecords = declared });
        }

        return state
            .Apply(new VersionPublished(Some.Start, 0, Some.Digest("v0"), 100, null))
            .Apply(new VersionOpened(Some.Start, 1, Some.Start + state.Terms.Close.Deadline));
    }

    private static IEnumerable<(string, double, double)> Of(VersionReport report) =>
        report.Updates.Select(update => (update.NodeId, update.Weight, update.Coefficient));
}
