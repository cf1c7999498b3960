using System.Collections.Immutable;

namespace Federated.Aggregation.Grains.Tests;

public sealed class CheckInTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_goes_from_offer_to_the_end_by_checking_in()
    {
        using var federation = await Federation.JoinedAsync(silo, 2, new() { Cohort = 2 }, "flow", versions: 1);

        // Nothing to do; the held call is answered by the submission.
        var held = CheckInAsync(federation, 0, Held);
        await federation.SubmitAsync();
        var offer = (await held).Offer!;
        Assert.Equal(federation.RunDigest, offer.RunDigest);
        Assert.Equal(federation.Bytes, offer.Document);

        // Consent; then it waits until recruiting has found the cohort.
        Assert.True((await federation.Run.ConsentAsync(federation.Id(0), true, "")).Admitted);
        Assert.Contains("1 of 2", (await CheckInAsync(federation, 0)).Wait!.Reason, StringComparison.Ordinal);
        held = CheckInAsync(federation, 0, Held);
        Assert.True((await federation.Run.ConsentAsync(federation.Id(1), true, "")).Admitted);
        var assignment = (await held).Assignment!;
        Assert.Equal((federation.RunDigest, 0L), (assignment.RunDigest, assignment.BaseVersion));
        Assert.Equal(silo.Blobs[assignment.BaseDigest].Length, assignment.BaseLength);

        // Reported: it waits for the other node, and for nothing else.
        await federation.UploadAsync(0, 0);
        Assert.Contains("other nodes", (await CheckInAsync(federation, 0)).Wait!.Reason, StringComparison.Ordinal);
        held = CheckInAsync(federation, 0, Held);
        await federation.UploadAsync(1, 0);
        var ended = (await held).Ended!;
        Assert.Equal(("completed", 1L), (ended.Outcome, ended.FinalVersion));

        // Told once at once; again only in place of "nothing", since the first answer may have been lost.
        Assert.NotNull((await CheckInAsync(federation, 0)).Ended);
        Assert.NotNull((await CheckInAsync(federation, 1)).Ended);
    }

    [Fact]
    public async Task A_new_version_reaches_a_waiting_node_at_once()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "next");
        await federation.UploadAsync(0, 0);
        var held = CheckInAsync(federation, 0, Held);
        await federation.UploadAsync(1, 0);
        Assert.Equal(1, (await held).Assignment!.BaseVersion);
    }

    [Fact]
    public async Task A_held_call_blocks_nobody_and_ends_when_its_time_is_over()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "hold");
        await federation.UploadAsync(0, 0);
        var held = CheckInAsync(federation, 0, TimeSpan.FromMinutes(5));
        // The same node and its run answer meanwhile.
        Assert.NotNull(await federation.Node(0).StatusAsync());
        Assert.NotNull(await federation.Run.StatusAsync());
        Assert.Equal(
            NodeCommand.Continue,
            await federation.Node(0).HeartbeatAsync(new(federation.RunDigest, 0, "waiting", 0, 20, 0, 0, 0, 0, 0))
        );
        while (!held.IsCompleted)
        {
            silo.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(held, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation));
        }

        Assert.Equal(TimeSpan.Zero, (await held).Wait!.RetryAfter);
    }

    [Fact]
    public async Task A_held_call_can_be_cancelled()
    {
        using var federation = await Federation.JoinedAsync(silo, 1, new() { Cohort = 1 }, "cancel");
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var held = federation.Node(0).CheckInAsync(new(new(0, ""), Held, [], "1"), cancelled.Token);
        await federation.Node(0).StatusAsync();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
    }

    [Fact]
    public async Task A_declined_run_is_not_offered_again()
    {
        using var federation = await Federation.JoinedAsync(silo, 1, new() { Cohort = 1 }, "declined");
        await federation.SubmitAsync();
        Assert.NotNull((await CheckInAsync(federation, 0)).Offer);
        Assert.Null((await CheckInAsync(federation, 0, declined: federation.RunDigest)).Offer);
        Assert.False((await federation.Run.ConsentAsync(federation.Id(0), false, "too dear")).Admitted);
        Assert.Null((await CheckInAsync(federation, 0)).Offer);
        Assert.Contains(
            "too dear",
            string.Join(' ', (await federation.Run.ExplainAsync())!.Details),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_node_that_has_left_a_run_returns_only_when_it_no_longer_declines_it()
    {
        using var federation = await Federation.JoinedAsync(silo, 2, new() { Cohort = 2 }, "left");
        await federation.SubmitAsync();
        foreach (var node in (int[])[0, 1])
        {
            Assert.True((await federation.Run.ConsentAsync(federation.Id(node), true, "")).Admitted);
        }

        await federation.Run.ConsentAsync(federation.Id(1), false, "the owner has left");

        Assert.Null((await CheckInAsync(federation, 1, declined: federation.RunDigest)).Assignment);
        Assert.Equal(1, (await federation.Run.StatusAsync())!.Nodes);
        await CheckInAsync(federation, 1);
        Assert.Equal(2, (await federation.Run.StatusAsync())!.Nodes);
    }

    [Fact]
    public async Task A_run_that_weighs_by_declared_records_takes_no_node_that_declares_none()
    {
        using var federation = await Federation.JoinedAsync(
            silo,
            2,
            new() { Cohort = 2 },
            "declared",
            change: run => run with { Aggregation = run.Aggregation with { Weights = "declared" } }
        );
        await federation.SubmitAsync();
        foreach (var declared in (long?[])[null, 0, -5, long.MaxValue])
        {
            var answer = await federation.Run.ConsentAsync(federation.Id(0), true, "", declared);
            Assert.False(answer.Admitted);
            Assert.Contains("declared records", answer.Reason, StringComparison.Ordinal);
        }

        Assert.True((await federation.Run.ConsentAsync(federation.Id(0), true, "", 1200)).Admitted);
        // A second answer changes nothing: a node cannot choose its weight anew when it sees the others'.
        Assert.True((await federation.Run.ConsentAsync(federation.Id(0), true, "", 9000)).Admitted);

        var member = Assert.Single((await federation.Run.StatusAsync())!.Members);
        Assert.Equal(1200, member.DeclaredRecords);
    }

    [Fact]
    public async Task A_node_of_another_group_is_not_admitted()
    {
        using var federation = await Federation.JoinedAsync(silo, 1, new() { Cohort = 1 }, "ours");
        using var stranger = await Federation.JoinedAsync(silo, 1, new() { Cohort = 1 }, "theirs");
        await federation.SubmitAsync();
        Assert.Null((await CheckInAsync(stranger, 0)).Offer);
        Assert.False((await federation.Run.ConsentAsync(stranger.Id(0), true, "")).Admitted);
    }

    [Fact]
    public async Task A_node_that_never_joined_is_refused()
    {
        var node = silo.Grains.GetGrain<INodeGrain>(Federation.TokenHash("nobody"));
        var answer = await node.CheckInAsync(new(new(0, ""), TimeSpan.Zero, [], ""), Cancellation);
        Assert.Equal(RejectionReason.UnknownNode, answer.Refused!.Reason);
        Assert.Null(await node.PublicKeyAsync());
    }

    [Fact]
    public async Task A_ledger_that_went_back_is_refused_also_after_a_restart()
    {
        using var federation = await Federation.JoinedAsync(silo, 1, new() { Cohort = 1 }, "ledger");
        var first = await CheckInAsync(federation, 0, ledger: new(5, "five"));
        Assert.Null(first.Refused);
        Assert.Null(first.KnownLedger);
        Assert.Null((await CheckInAsync(federation, 0, ledger: new(5, "five"))).Refused);
        foreach (var restored in new LedgerMark[] { new(4, "four"), new(5, "other five"), new(0, "") })
        {
            var refused = (await CheckInAsync(federation, 0, ledger: restored)).Refused!;
            Assert.Equal((RejectionReason.LedgerRolledBack, false), (refused.Reason, refused.MayRetry));
            // The node can see for itself, and keep it as evidence.
            Assert.Equal(new(5, "five"), (await CheckInAsync(federation, 0, ledger: restored)).KnownLedger);
        }

        // A lost activation reads the same from the journal.
        silo.Journal.FailAppend(StreamNames.OfNode(federation.Id(0)), 1, MemoryJournal.Fault.Conflict);
        await Assert.ThrowsAsync<ActivationSupersededException>(() =>
            CheckInAsync(federation, 0, ledger: new(6, "six"))
        );
        Assert.NotNull((await CheckInAsync(federation, 0, ledger: new(4, "four"))).Refused);
        Assert.Null((await CheckInAsync(federation, 0, ledger: new(6, "six"))).Refused);
    }

    private static Task<CheckInAnswer> CheckInAsync(
        Federation federation,
        int node,
        TimeSpan held = default,
        string? declined = null,
        LedgerMark? ledger = null
    )
    {
        ImmutableArray<string> runs = declined is null ? [] : [declined];
        // The ledger moves with every upload; only its own test looks at it.
        ledger ??= new(1000, "far ahead");
        return federation.Node(node).CheckInAsync(new(ledger, held, runs, "1.0"), Cancellation);
    }
}
