namespace Federated.Aggregation.Tests;

public sealed class RunStateTests
{
    private static readonly DateTimeOffset Now = Some.Start;

    private static readonly Dictionary<string, RunState> Phases = new()
    {
        ["draft"] = Some.Draft(),
        ["recruiting"] = Some.Draft().Apply(new RecruitingOpened(Now)),
        ["open"] = Some.Running(null, "a", "b"),
        ["collecting"] = Some.Running(null, "a", "b").Accept("a", 0),
        ["paused"] = Some.Running(null, "a", "b").Accept("a", 0).Apply(new RunPaused(Now, "")),
        ["closed"] = Some.Running(null, "a", "b").Accept("a", 0).Apply(new VersionClosed(Now, 1, [new("a", 0)], "")),
        ["decided"] = Some.Running(null, "a", "b")
            .Accept("a", 0)
            .Apply(new VersionClosed(Now, 1, [new("a", 0)], ""))
            .Apply(new StalenessDecided(Now, 1, [new("a", 0, 0, 1, "x")])),
        ["published"] = Some.Running(null, "a", "b").Accept("a", 0).CloseAndPublish(),
        ["last"] = Some.Running(Some.Terms() with { Versions = 1 }, "a", "b").Accept("a", 0).CloseAndPublish(),
        ["completed"] = Some.Running(Some.Terms() with { Versions = 1 }, "a", "b")
            .Accept("a", 0)
            .CloseAndPublish()
            .Apply(new RunCompleted(Now)),
        ["failed"] = Some.Draft().Apply(new RunFailed(Now, "")),
        ["cancelled"] = Some.Running(null, "a").Apply(new RunCancelled(Now, "")),
    };

    // Each event, and all phases that it may follow. The table is complete: everywhere else it is refused.
    private static readonly (RunEvent Event, string Allowed)[] Rows =
    [
        (new RecruitingOpened(Now), "draft"),
        (new NodeAdmitted(Now, "new"), "recruiting open collecting paused closed decided published last"),
        (new NodeDeclined(Now, "new", ""), "recruiting open collecting paused closed decided published last"),
        (new NodeSuspended(Now, "b", ""), "open collecting paused closed decided published last"),
        (new NodeReinstated(Now, "b"), ""),
        (new NodeLeft(Now, "b"), "open collecting paused closed decided published last"),
        (new NodeReturned(Now, "b"), ""),
        (new VersionPublished(Now, 0, "x", 1, null), "recruiting"),
        (new VersionPublished(Now, 1, "x", 1, null), "decided"),
        (new VersionOpened(Now, 2, null), "published"),
        (new UpdateAccepted(Now, Some.Update(Some.Running(null, "a", "b"), "b", 0), [], []), "open collecting paused"),
        (new DeadlineMoved(Now, 1, Now, DeadlineMove.Downtime), "open collecting paused"),
        (new VersionClosed(Now, 1, [new("a", 0)], ""), "collecting"),
        (new StalenessDecided(Now, 1, [new("a", 0, 0, 1, "x")]), "closed"),
        (
            new VersionEvaluated(Now, new(0, 1, 1, 1, 1, [])),
            "open collecting paused closed decided published last completed cancelled"
        ),
        (new RunCompleted(Now) { Because = "" }, ""),
        (new RunPaused(Now, ""), "open collecting closed decided published last"),
        (new RunResumed(Now), "paused"),
        (new RunCompleted(Now), "last"),
        (new RunFailed(Now, ""), "draft recruiting open collecting paused closed decided published last"),
        (new RunCancelled(Now, ""), "draft recruiting open collecting paused closed decided published last"),
        (new RunDrafted(Now, "", "", "", null, [], ""), ""),
    ];

    public static TheoryData<int, string> Table()
    {
        var table = new TheoryData<int, string>();
        for (var row = 0; row < Rows.Length; row++)
        {
            table.Add(row, Rows[row].Event.GetType().Name);
        }

        return table;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void An_event_follows_where_the_table_says_and_nowhere_else(int row, string name)
    {
        var (next, allowed) = Rows[row];
        var expected = allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        foreach (var (phase, state) in Phases)
        {
            if (expected.Contains(phase))
            {
                Assert.Equal(state.Revision + 1, state.Apply(next).Revision);
            }
            else
            {
                var error = Record.Exception(() => state.Apply(next));
                Assert.True(
                    error is InvalidTransitionException,
                    $"{name} in {phase}: {error?.ToString() ?? "allowed"}"
                );
            }
        }
    }

    [Fact]
    public void A_version_is_closed_with_exactly_its_accepted_updates()
    {
        var state = Some.Running(null, "a", "b").Accept("b", 0).Accept("a", 0);
        Assert.Throws<InvalidTransitionException>(() => state.Apply(new VersionClosed(Now, 1, [new("a", 0)], "")));
        Assert.Throws<InvalidTransitionException>(() =>
            Some.Running(null, "a").Apply(new VersionClosed(Now, 1, [], ""))
        );
        Assert.False(state.Apply(new VersionClosed(Now, 1, [new("a", 0), new("b", 0)], "")).Open!.TakesUpdates);
    }

    [Fact]
    public void The_same_update_is_not_counted_twice()
    {
        var state = Some.Running(null, "a", "b").Accept("a", 0);
        Assert.Throws<InvalidTransitionException>(() => state.Accept("a", 0));
    }

    [Fact]
    public void Suspending_a_node_drops_its_unmerged_updates_and_takes_it_out_of_N()
    {
        var state = Some.Running(null, "a", "b")
            .Accept("a", 0)
            .Accept("b", 0)
            .Apply(new NodeSuspended(Now, "a", "spam"));
        Assert.Equal((1, 1), (state.Nodes, state.Open!.DistinctNodes));
        Assert.Equal([new UpdateKey("b", 0)], state.Open.Updates.Keys);
        // Its identity stays taken: the same base cannot be answered a second time.
        Assert.True(state.Accepted.ContainsKey(new("a", 0)));
        var back = state.Apply(new NodeReinstated(Now, "a"));
        Assert.Equal(2, back.Nodes);
        Assert.Equal(new ParticipationCounters(0, 0, 0, 1), back.Members["a"].Counters);
    }

    [Fact]
    public void A_frozen_list_is_not_touched_by_a_suspension()
    {
        var state = Phases["closed"].Apply(new NodeSuspended(Now, "a", ""));
        Assert.Equal([new UpdateKey("a", 0)], state.Open!.Updates.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_node_that_goes_after_the_freeze_counts_in_the_merge_of_its_update(bool suspended)
    {
        var state = Some.Running(null, "a", "b").Accept("a", 0).Accept("b", 0);
        state = state
            .Apply(new VersionClosed(Now, 1, [.. state.Open!.Updates.Keys], ""))
            .Apply(suspended ? new NodeSuspended(Now, "a", "") : new NodeLeft(Now, "a"))
            .Apply(new StalenessDecided(Now, 1, [new("a", 0, 0, 1, "x"), new("b", 0, 0, 1, "x")]));
        Assert.Equal((1, 2), (state.Nodes, state.NodesInMerge));
        Assert.Equal([0.5, 0.5], state.Weigh().Select(update => update.Coefficient));
        Assert.Equal((2, 1.0), (state.ReportMerge(1).Nodes, state.ReportMerge(1).CoefficientSum));
        state = state.Apply(new VersionPublished(Now, 1, "x", 1, null)).OpenNext();
        Assert.Equal((1, 1), (state.NodesInMerge, state.NodesToReport));
    }

    [Fact]
    public void A_node_that_reports_and_leaves_does_not_close_the_version_for_the_others()
    {
        var everybody = Some.Terms(new() { Deadline = TimeSpan.FromMinutes(1) });
        var state = Some.Running(everybody, "a", "b").Accept("a", 0).Apply(new NodeLeft(Now, "a"));
        Assert.Equal(CloseAction.Wait, Decide(state));
        Assert.Null(state.Open!.QuorumReachedAt);
        // Neither does it when nobody is left: b may still come back.
        Assert.Equal(CloseAction.Wait, Decide(state.Apply(new NodeLeft(Now, "b"))));
        // One that does not count on the operator's word is not waited for.
        Assert.Equal(CloseAction.Close, Decide(state.Apply(new NodeSuspended(Now, "b", ""))));
        Assert.Equal(CloseAction.Close, Decide(state.Accept("b", 0)));
    }

    [Fact]
    public void A_node_whose_update_was_dropped_is_not_waited_for_once_it_is_reinstated()
    {
        var state = Some.Running(null, "a", "b")
            .Accept("a", 0)
            .Apply(new NodeSuspended(Now, "a", "spam"))
            .Apply(new NodeReinstated(Now, "a"));
        Assert.Equal((2, 1), (state.Nodes, state.NodesToReport));
        Assert.Equal(CloseAction.Wait, Decide(state));
        state = state.Accept("b", 0);
        Assert.Equal(CloseAction.Close, Decide(state));
        Assert.NotNull(state.Open!.QuorumReachedAt);
        // In the merge it counts: it belongs to the run, like every node that has not reported.
        Assert.Equal(2, state.NodesInMerge);
        // From the next version on it can report again.
        Assert.Equal(2, state.CloseAndPublish().OpenNext().NodesToReport);
    }

    [Fact]
    public void A_reinstated_node_whose_late_update_was_dropped_can_still_answer_the_newest_version()
    {
        var state = Some.Running(null, "a", "b")
            .Accept("b", 0)
            .CloseAndPublish()
            .OpenNext()
            .Accept("a", 0)
            .Apply(new NodeSuspended(Now, "a", ""))
            .Apply(new NodeReinstated(Now, "a"));
        Assert.Equal(2, state.NodesToReport);
    }

    private static CloseAction Decide(RunState state) =>
        CloseRule.Decide(state.Terms.Close, state.Open!, state.NodesToReport, Now).Action;

    [Fact]
    public void A_node_that_returns_while_its_update_is_being_merged_is_counted_there()
    {
        var state = Phases["decided"].Apply(new NodeLeft(Now, "a")).Apply(new NodeReturned(Now, "a"));
        state = state.Apply(new VersionPublished(Now, 1, "x", 1, state.ReportMerge(1)));
        Assert.Equal(new ParticipationCounters(1, 1, 0, 2), state.Members["a"].Counters);
        // One without an update there is counted from the next version on.
        var other = Phases["decided"].Apply(new NodeLeft(Now, "b")).Apply(new NodeReturned(Now, "b"));
        Assert.Equal(ParticipationCounters.AdmittedAt(2), other.Members["b"].Counters);
    }

    [Fact]
    public void A_late_joiner_is_counted_from_the_open_version()
    {
        var state = Some.Running(null, "a")
            .Accept("a", 0)
            .CloseAndPublish()
            .OpenNext()
            .Apply(new NodeAdmitted(Now, "late"));
        Assert.Equal(ParticipationCounters.AdmittedAt(2), state.Members["late"].Counters);
    }

    [Fact]
    public void Recruiting_is_enough_at_the_target_or_when_every_listed_node_has_answered()
    {
        var terms = Some.Terms(
            new()
            {
                Cohort = 3,
                Quorum = 2,
                Deadline = TimeSpan.FromMinutes(1),
            }
        );
        var state = Some.Draft(terms, ["a", "b", "c"])
            .Apply(new RecruitingOpened(Now))
            .Apply(new NodeAdmitted(Now, "a"))
            .Apply(new NodeAdmitted(Now, "b"));
        Assert.False(state.HasRecruitedEnough);
        Assert.False(state.MayJoin("stranger"));
        Assert.True(state.Apply(new NodeDeclined(Now, "c", "no")).HasRecruitedEnough);
        Assert.True(state.Apply(new NodeAdmitted(Now, "c")).HasRecruitedEnough);
    }

    [Fact]
    public void An_owner_may_accept_after_declining()
    {
        var state = Phases["recruiting"].Apply(new NodeDeclined(Now, "a", "not now"));
        Assert.False(state.IsAdmitted("a"));
        Assert.True(state.Apply(new NodeAdmitted(Now, "a")).IsAdmitted("a"));
    }

    [Fact]
    public void A_run_of_another_layout_is_not_taken_up() =>
        Assert.Throws<ArgumentException>(() =>
            RunState.Start(Some.Terms(), new(Now, "{}", "", "", null, Some.Layers, Some.Digest("other")))
        );
}
