namespace Federated.Aggregation.Grains.Tests;

public sealed class DeadlineTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_version_closes_at_the_deadline_with_its_quorum_and_without_its_cohort()
    {
        using var federation = await Federation.RunningAsync(
            silo,
            3,
            new()
            {
                Cohort = 3,
                Quorum = 2,
                Deadline = TenMinutes,
            },
            "deadline"
        );
        await federation.UploadAsync(0, 0);
        await federation.UploadAsync(1, 0);
        silo.Time.Advance(TenMinutes - TimeSpan.FromSeconds(1));
        Assert.Equal(0, (await federation.Run.StatusAsync())!.LatestVersion);
        silo.Time.Advance(TimeSpan.FromSeconds(2));
        await federation.PublishedAsync(1);

        // The third one is late: it goes into version 2 with staleness 1.
        var receipt = await federation.UploadAsync(2, 0);
        Assert.Equal(2, receipt.AcceptedInto);
        var status = (await federation.Run.StatusAsync())!;
        Assert.Equal(1, Assert.Single(status.Open!.Accepted).Staleness);
        Assert.Equal(2, status.Members.Single(member => member.NodeId == federation.Id(2)).OpenInterval + 1);
    }

    [Fact]
    public async Task A_node_that_says_it_has_left_is_not_waited_for_and_returns_by_showing_up()
    {
        using var federation = await Federation.RunningAsync(
            silo,
            2,
            new()
            {
                Cohort = 2,
                Quorum = 1,
                Deadline = TenMinutes,
            },
            "leaving"
        );
        await federation.UploadAsync(0, 0);
        Assert.Equal(0, (await federation.Run.StatusAsync())!.LatestVersion);

        Assert.False((await federation.Run.ConsentAsync(federation.Id(1), false, "the owner has left")).Admitted);

        Assert.Equal(1, (await federation.PublishedAsync(1)).Nodes);
        Assert.False((await federation.Run.ConsentAsync(federation.Id(1), false, "again")).Admitted);
        Assert.Single(federation.Kinds(), "node-left");
        await federation.Run.HeartbeatAsync(federation.Id(1));
        Assert.Equal(2, (await federation.Run.StatusAsync())!.Nodes);
    }

    [Fact]
    public async Task A_missed_quorum_extends_the_deadline()
    {
        using var federation = await Federation.RunningAsync(
            silo,
            3,
            new()
            {
                Cohort = 3,
                Quorum = 2,
                Deadline = TenMinutes,
            },
            "extend"
        );
        var deadline = (await federation.Run.StatusAsync())!.Open!.Deadline;
        await federation.UploadAsync(0, 0);
        silo.Time.Advance(TenMinutes + TimeSpan.FromSeconds(1));
        await federation.UntilAsync(status => status.Open!.Deadline > deadline);
        await federation.UploadAsync(1, 0);
        await federation.PublishedAsync(1);
        Assert.Contains("deadline-moved", federation.Kinds());
    }

    [Fact]
    public async Task A_missed_quorum_pauses_where_the_document_says_so_and_resuming_gives_new_time()
    {
        using var federation = await Federation.RunningAsync(
            silo,
            2,
            new()
            {
                Cohort = 2,
                Deadline = TenMinutes,
                OnMissedQuorum = "pause",
            },
            "pause"
        );
        silo.Time.Advance(TenMinutes + TimeSpan.FromSeconds(1));
        var status = await federation.UntilAsync(status => status.Phase == RunPhase.Paused);
        Assert.Contains("0 of the 2", status.Reason, StringComparison.Ordinal);

        // Uploads in flight are taken, nothing is assigned, deadlines stand still.
        await federation.UploadAsync(0, 0);
        Assert.Null((await federation.Run.AnswerAsync(federation.Id(1))).Assignment);
        silo.Time.Advance(TimeSpan.FromHours(5));
        Assert.True((await federation.Run.ResumeAsync()).Done);
        status = await federation.UntilAsync(status => status.Phase == RunPhase.Running);
        Assert.Equal(silo.Time.GetUtcNow() + TenMinutes, status.Open!.Deadline);
        await federation.UploadAsync(1, 0);
        await federation.PublishedAsync(1);
    }

    [Fact]
    public async Task A_downtime_is_given_back()
    {
        using var federation = await Federation.RunningAsync(
            silo,
            2,
            new() { Cohort = 2, Deadline = TenMinutes },
            "downtime"
        );
        var deadline = (await federation.Run.StatusAsync())!.Open!.Deadline!.Value;
        // The activation is lost four minutes after the newest event; the next one cannot know how long nobody listened.
        silo.Time.Advance(TimeSpan.FromMinutes(4));
        silo.Journal.FailAppend(federation.Stream, 1, MemoryJournal.Fault.BeforeCommit);
        await Assert.ThrowsAnyAsync<Exception>(() => federation.UploadAsync(0, 0));
        var status = await federation.UntilAsync(status => status.Open!.Deadline > deadline);
        Assert.Equal(deadline + TimeSpan.FromMinutes(4), status.Open!.Deadline);
    }

    [Fact]
    public async Task A_run_whose_activation_is_lost_goes_on_without_any_call()
    {
        using var federation = await Federation.RunningAsync(
            silo,
            2,
            new()
            {
                Cohort = 2,
                Quorum = 1,
                Deadline = TimeSpan.FromMinutes(1),
            },
            "wake"
        );
        await federation.UploadAsync(0, 0);
        silo.Journal.FailAppend(federation.Stream, 1, MemoryJournal.Fault.Conflict);
        await Assert.ThrowsAsync<ActivationSupersededException>(() => federation.Run.PauseAsync("lost"));
        using var limit = new CancellationTokenSource(Federation.Patience);
        while (!federation.Kinds().Contains("version-closed"))
        {
            silo.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    [Fact]
    public async Task A_silent_node_leaves_and_comes_back_by_showing_up()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "silent");
        for (var hour = 0; hour < 26; hour++)
        {
            silo.Time.Advance(TimeSpan.FromHours(1));
            await federation.Run.HeartbeatAsync(federation.Id(0));
        }

        var status = await federation.UntilAsync(status => status.Nodes == 1);
        Assert.Equal(NodeStanding.Left, status.Members.Single(member => member.NodeId == federation.Id(1)).Standing);
        Assert.NotNull((await federation.Run.AnswerAsync(federation.Id(1))).Assignment);
        Assert.Equal(2, (await federation.Run.StatusAsync())!.Nodes);
        Assert.Equal(["node-left", "node-returned"], federation.Kinds().TakeLast(2));
    }

    [Fact]
    public async Task A_node_that_trained_through_a_long_silence_may_still_send_its_update()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "offline");
        var offer = await federation.OfferAsync(1, 0);
        silo.Time.Advance(TimeSpan.FromHours(24));
        await federation.UntilAsync(status => status.Nodes == 0);
        Assert.Equal(new(null, null), await federation.Run.PrepareUploadAsync(offer));
        Assert.NotNull((await federation.Run.AcceptAsync(offer)).Receipt);
        Assert.Equal(1, (await federation.Run.StatusAsync())!.Nodes);
    }

    [Fact]
    public async Task A_cohort_that_has_shrunk_closes_with_those_who_stay()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "shrunk");
        await federation.UploadAsync(0, 0);
        Assert.True((await federation.Run.SuspendNodeAsync(federation.Id(1), "spam")).Done);
        await federation.PublishedAsync(1);
        Assert.Equal(1.0, Assert.Single((await federation.Run.VersionsAsync(1))[0].Updates).Coefficient);
    }

    [Fact]
    public async Task A_reinstated_node_whose_update_was_dropped_does_not_hold_the_version_up()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "reinstated");
        var offer = await federation.OfferAsync(0, 0);
        Assert.NotNull((await federation.Run.AcceptAsync(offer)).Receipt);
        Assert.True((await federation.Run.SuspendNodeAsync(federation.Id(0), "spam")).Done);
        Assert.True((await federation.Run.ReinstateNodeAsync(federation.Id(0))).Done);
        Assert.Equal(RejectionReason.AlreadyAccepted, (await federation.Run.AcceptAsync(offer)).Refused!.Reason);
        var explanation = (await federation.Run.ExplainAsync())!;
        Assert.Contains(explanation.Details, line => line.Contains("was dropped", StringComparison.Ordinal));
        await federation.UploadAsync(1, 0);
        var status = await federation.PublishedAsync(1);
        Assert.Equal(0.5, Assert.Single((await federation.Run.VersionsAsync(1))[0].Updates).Coefficient);
        Assert.Equal(0, status.Members.Single(member => member.NodeId == federation.Id(0)).Merged);
    }
}
