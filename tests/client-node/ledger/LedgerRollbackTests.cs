using Federated.Privacy.Accounting;

namespace Federated.ClientNode.Tests;

/// <summary>A node whose ledger is older than what somebody else has seen of it.</summary>
public sealed class LedgerRollbackTests
{
    private static readonly string Elsewhere = new('a', 64);

    [Fact]
    public async Task A_silo_that_knows_more_of_the_ledger_stops_the_node_before_it_reserves()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian"));
        node.Silo.KnownLedger = new LedgerHead(7, Elsewhere);

        await Assert.ThrowsAsync<LedgerRolledBackException>(() => node.RunAsync());

        Assert.Empty(node.Ledger().Entries);
        Assert.Empty(node.Silo.Consents);
        // It stays stopped, also when the silo takes it back or is not asked.
        node.Silo.KnownLedger = null;
        var error = await Assert.ThrowsAsync<LedgerRolledBackException>(() => node.RunAsync());
        Assert.Equal(1, node.Silo.CheckIns);
        Assert.Contains(Elsewhere, error.Message, StringComparison.Ordinal);
        Assert.Equal(3, CommandRun.CodeOf(error));
    }

    [Fact]
    public async Task A_silo_that_knows_what_the_ledger_holds_stops_nobody()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 2));
        node.Silo.BeforeReceipt = update =>
            node.Silo.KnownLedger = new LedgerHead(
                update.Attestation!.Attestation.LedgerSequence,
                update.Attestation.Attestation.LedgerHead
            );

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());
        Assert.Equal(LoopEnd.Completed, await node.RunAsync());
    }

    [Fact]
    public async Task A_receipt_that_countersigns_another_head_stops_the_node()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 2));
        node.Silo.Receipt = signed =>
            node.Silo.Sign(signed.Receipt with { LedgerSequence = 99, LedgerHash = Elsewhere });

        await Assert.ThrowsAsync<LedgerRolledBackException>(() => node.RunAsync());
        await Assert.ThrowsAsync<LedgerRolledBackException>(() => node.RunAsync());

        Assert.Single(node.Silo.Received);
    }

    [Fact]
    public async Task A_receipt_that_countersigns_nonsense_does_not_count()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        node.Silo.Receipt = signed => node.Silo.Sign(signed.Receipt with { LedgerHash = "no hash" });

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        Assert.Empty(node.Ledger().Entries.OfType<ReleasedEntry>());
    }

    [Fact]
    public async Task An_older_ledger_alone_is_noticed_without_the_silo()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        node.Silo.BeforeCheckIn = () => node.Silo.Consents.Count == 0 ? null : throw new KilledException();
        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync());
        var ledger = Path.Combine(node.Folder, "ledger.jsonl");
        var older = File.ReadAllBytes(ledger);
        node.Silo.BeforeCheckIn = () => null;
        await node.RunAsync();
        var checkIns = node.Silo.CheckIns;
        File.WriteAllBytes(ledger, older);

        await Assert.ThrowsAsync<LedgerRolledBackException>(() => node.RunAsync());

        Assert.Equal(checkIns, node.Silo.CheckIns);
        Assert.Equal(older, File.ReadAllBytes(ledger));
    }

    [Fact]
    public async Task A_run_that_the_owner_has_approved_is_reserved_only_after_the_silo_was_heard()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian"), ConsentMode.Ask);
        using (var home = NodeHome.OpenToWork(node.Folder))
        {
            File.WriteAllText(home.SettingsFile, NodeSettingsYaml.Write(node.Settings));
            var offers = new OfferedRuns(home, TimeProvider.System);
            offers.Keep(new CheckInAnswer.Offer(node.Silo.RunDigest, node.Silo.Document));
            offers.Decide(node.Silo.RunDigest, ConsentAnswer.Accepted, "owner", "");
        }

        node.Silo.KnownLedger = new LedgerHead(7, Elsewhere);
        await Assert.ThrowsAsync<LedgerRolledBackException>(() => node.RunAsync());
        Assert.Empty(node.Ledger().Entries);
    }

    [Fact]
    public async Task After_a_recovery_the_node_works_again_and_its_old_plans_are_over()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 2));
        node.Silo.BeforeReceipt = _ => node.Silo.KnownLedger = new LedgerHead(40, Elsewhere);
        await Assert.ThrowsAsync<LedgerRolledBackException>(() => node.RunAsync());
        File.WriteAllText(Path.Combine(node.Folder, "node.yaml"), NodeSettingsYaml.Write(node.Settings));

        var (exit, output, _) = await FednodeProcess.RunAsync($"ledger recover --home {node.Folder} --dry-run --json");
        Assert.Equal(0, exit);
        Assert.Contains("\"mayBeForked\": true", output, StringComparison.Ordinal);
        (exit, _, _) = await FednodeProcess.RunAsync($"ledger recover --home {node.Folder}");
        Assert.Equal(0, exit);

        var recovered = Assert.IsType<RecoveredEntry>(node.Ledger().Entries[^1]);
        Assert.Equal((40, 41), (recovered.LostSequence, recovered.Sequence));
        Assert.True(node.Ledger().Status("notes").CertifiedEpsilon >= 1000);
        using (var home = NodeHome.OpenToRead(node.Folder))
        {
            var decision = new OfferedRuns(home, TimeProvider.System).Decision(node.Silo.RunDigest);
            Assert.Equal(ConsentAnswer.Ended, decision!.Answer);
        }

        // The sealed update is received, the plan is over for whoever asks, and the run's end ends the loop.
        var bases = new List<long>();
        var asked = 0;
        node.Silo.BeforeCheckIn = () =>
            asked++ == 0 ? null : new CheckInAnswer.Ended(node.Silo.RunDigest, "failed", "", 0, "");
        Assert.Equal(LoopEnd.Failed, await node.RunAsync(inner => new CountingTraining(inner, bases)));
        Assert.Equal(2, asked);
        Assert.Empty(bases);
        Assert.Single(node.Silo.Received.Select(update => update.Digest).Distinct());
        (exit, _, _) = await FednodeProcess.RunAsync($"ledger verify --home {node.Folder}");
        Assert.Equal(0, exit);
        // Nothing is left for another run until the owner raises the budget.
        var another = new NodeUnderTest(Some.Run("gaussian", versions: 3)).Silo;
        node.Silo = another;
        Assert.Equal(LoopEnd.Declined, await node.RunAsync());
    }
}
