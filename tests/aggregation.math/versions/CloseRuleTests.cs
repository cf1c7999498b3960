namespace Federated.Aggregation.Tests;

public sealed class CloseRuleTests
{
    private static readonly ClosePolicy CohortOf5 = new()
    {
        Cohort = 5,
        Quorum = 3,
        Deadline = TimeSpan.FromMinutes(10),
        Grace = TimeSpan.FromSeconds(30),
    };

    private static readonly ClosePolicy QuorumOf3 = CohortOf5 with { Cohort = null };
    private static readonly ClosePolicy BufferOf4 = new() { Buffer = 4, Deadline = TimeSpan.FromMinutes(10) };

    // policy, N, minutes of the reports, minutes now, action, minutes of "At"
    public static TheoryData<string, int, double[], double, CloseAction, double?> Rows() =>
        new()
        {
            // A cohort closes at once when it is complete, and not before.
            { "cohort", 5, [1, 2, 3, 4], 4, CloseAction.Wait, 10.5 },
            { "cohort", 5, [1, 2, 3, 4, 5], 5, CloseAction.Close, null },
            // At the deadline the quorum is enough, after the grace.
            { "cohort", 5, [1, 2, 3], 10.4, CloseAction.Wait, 10.5 },
            { "cohort", 5, [1, 2, 3], 10.5, CloseAction.Close, null },
            // Without the quorum the deadline is missed.
            { "cohort", 5, [1, 2], 9.9, CloseAction.Wait, 10 },
            { "cohort", 5, [1, 2], 10, CloseAction.Extend, 20 },
            // Nodes that leave shrink the cohort, never the quorum.
            { "cohort", 4, [1, 2, 3, 4], 4, CloseAction.Close, null },
            { "cohort", 2, [1, 2], 4, CloseAction.Wait, 10 },
            // No goal: the quorum ends the wait; everybody there closes at once.
            { "quorum", 5, [1, 2, 3], 3.4, CloseAction.Wait, 3.5 },
            { "quorum", 5, [1, 2, 3], 3.5, CloseAction.Close, null },
            { "quorum", 3, [1, 2, 3], 3, CloseAction.Close, null },
            { "quorum", 5, [1], 10, CloseAction.Extend, 20 },
            // A buffer counts updates, is capped at N, and closes with what is there at the deadline, never empty.
            { "buffer", 9, [1, 2, 3], 4, CloseAction.Wait, 10 },
            { "buffer", 9, [1, 2, 3, 4], 4, CloseAction.Close, null },
            { "buffer", 2, [1, 2], 4, CloseAction.Close, null },
            { "buffer", 9, [1], 10, CloseAction.Close, null },
            { "buffer", 9, [], 10, CloseAction.Extend, 20 },
        };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_version_closes_by_its_rule(
        string name,
        int nodes,
        double[] reports,
        double now,
        CloseAction action,
        double? at
    )
    {
        var policy = name switch
        {
            "cohort" => CohortOf5,
            "quorum" => QuorumOf3,
            _ => BufferOf4,
        };
        var state = Some.Running(Some.Terms(policy), [.. Enumerable.Range(0, nodes).Select(i => $"n{i}")]);
        for (var i = 0; i < reports.Length; i++)
        {
            state = state.Accept($"n{i}", 0, Minute(reports[i]));
        }

        var decision = CloseRule.Decide(policy, state.Open!, state.Nodes, Minute(now));
        Assert.Equal(action, decision.Action);
        Assert.Equal(at is { } minutes ? Minute(minutes) : null, decision.At);
        Assert.NotEmpty(decision.Because);
    }

    [Fact]
    public void After_an_extension_the_quorum_ends_the_wait()
    {
        var state = Some.Running(Some.Terms(CohortOf5), "a", "b", "c", "d", "e");
        state = state
            .Accept("a", 0, Minute(1))
            .Apply(new DeadlineMoved(Minute(10), 1, Minute(20), DeadlineMove.QuorumMissed));
        state = state.Accept("b", 0, Minute(11)).Accept("c", 0, Minute(12));
        Assert.Equal(CloseAction.Wait, CloseRule.Decide(CohortOf5, state.Open!, 5, Minute(12.4)).Action);
        Assert.Equal(CloseAction.Close, CloseRule.Decide(CohortOf5, state.Open!, 5, Minute(12.5)).Action);
    }

    [Theory]
    [InlineData(MissedQuorum.Pause, CloseAction.Pause)]
    [InlineData(MissedQuorum.Fail, CloseAction.Fail)]
    public void A_missed_quorum_does_what_the_document_says(MissedQuorum missed, CloseAction action)
    {
        var policy = CohortOf5 with { OnMissedQuorum = missed };
        var state = Some.Running(Some.Terms(policy), "a", "b", "c", "d", "e");
        Assert.Equal(action, CloseRule.Decide(policy, state.Open!, 5, Minute(10)).Action);
    }

    [Fact]
    public void A_cohort_without_a_deadline_waits_for_everybody()
    {
        var policy = new ClosePolicy { Cohort = 2 };
        var state = Some.Running(Some.Terms(policy), "a", "b").Accept("a", 0);
        var decision = CloseRule.Decide(policy, state.Open!, 2, Minute(1e6));
        Assert.Equal((CloseAction.Wait, null), (decision.Action, decision.At));
    }

    [Fact]
    public void Deadlines_stand_still_in_a_pause()
    {
        var state = Some.Running(Some.Terms(CohortOf5), "a", "b", "c", "d", "e")
            .Accept("a", 0, Minute(1))
            .Apply(new RunPaused(Minute(4), "lunch"))
            .Accept("b", 0, Minute(5))
            .Accept("c", 0, Minute(6))
            .Apply(new RunResumed(Minute(64)));
        Assert.Equal(Minute(70), state.Open!.Deadline);
        Assert.Equal(Minute(64), state.Open.QuorumReachedAt);
    }

    [Fact]
    public void A_deadline_that_passed_before_the_pause_gets_its_full_length_again()
    {
        var state = Some.Running(Some.Terms(CohortOf5), "a")
            .Apply(new RunPaused(Minute(10), "quorum missed"))
            .Apply(new RunResumed(Minute(100)));
        Assert.Equal(Minute(110), state.Open!.Deadline);
    }

    private static DateTimeOffset Minute(double minutes) => Some.Start + TimeSpan.FromMinutes(minutes);
}
