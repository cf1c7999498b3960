using Federated.Privacy.Accounting;

namespace Federated.ClientNode.Tests;

public sealed class RoundLoopTests
{
    [Fact]
    public async Task A_node_consents_trains_seals_sends_and_reports()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 2, steps: 2));

        var end = await node.RunAsync(reportEveryVersion: true);

        Assert.Equal(LoopEnd.Completed, end);
        Assert.Equal([0, 1], node.Silo.Received.Select(update => update.BaseVersion));
        Assert.Collection(
            node.Ledger().Entries,
            entry => Assert.Equal(4, Assert.IsType<ReservedEntry>(entry).Plan.Steps),
            entry => Assert.IsType<SealedEntry>(entry),
            entry => Assert.IsType<ReleasedEntry>(entry),
            entry => Assert.IsType<SealedEntry>(entry),
            entry => Assert.IsType<ReleasedEntry>(entry)
        );
        var report = node.Report();
        Assert.Equal("completed", report.Outcome);
        Assert.Equal((2, 4), (report.Updates, report.StepsDone));
        Assert.True(report.IsPrivate);
        Assert.True(report.Before!.Value.Tokens > 0);
        Assert.Equal(report.Before.Value.Records, report.After!.Value.Records);
        Assert.Equal([0, 1], report.Versions.Keys.Order());
        // B = 0 at version 0: the adapter changes nothing yet.
        Assert.Equal(report.Before.Value.NatsPerToken, report.Versions[0].NatsPerToken, 1e-6);
        Assert.Equal(report.EpsilonReserved!.Value, report.EpsilonOfStepsDone!.Value, 1e-9);
        Assert.True(report.BytesSent > 0 && report.BytesReceived > 0);
    }

    [Fact]
    public async Task A_private_update_is_attested_with_what_was_done()
    {
        var run = Some.Run("gaussian", versions: 1, steps: 3);
        using var node = new NodeUnderTest(run);

        await node.RunAsync();

        var (_, digest, signed) = Assert.Single(node.Silo.Received);
        using var identity = NodeIdentity.LoadOrCreate(Path.Combine(node.Folder, "key.pem"));
        Assert.True(signed.Verify(identity.PublicKey.Span));
        var claim = signed.Attestation;
        var entry = Assert.Single(node.Ledger().Entries.OfType<SealedEntry>());
        Assert.True(claim.IsPrivate);
        Assert.Equal(Attestation.RoundedGaussian, claim.Mechanism);
        Assert.Equal((node.Silo.RunDigest, digest), (claim.RunDigest, claim.UpdateDigest));
        Assert.Equal(
            (run.Privacy.NoiseMultiplier, run.Privacy.MaxGradNorm),
            (claim.NoiseMultiplier, claim.MaxGradNorm)
        );
        Assert.Equal((4, 3L, "record"), (claim.ExpectedBatchSize, claim.Steps, claim.Unit));
        Assert.Equal((entry.Sequence, entry.Hash), (claim.LedgerSequence, claim.LedgerHead));
    }

    [Theory]
    [InlineData("test", Attestation.TestGaussian)]
    [InlineData("none", Attestation.NoMechanism)]
    public async Task A_run_without_a_guarantee_marks_attestation_ledger_and_report(string mechanism, string attested)
    {
        using var node = new NodeUnderTest(Some.Run(mechanism, versions: 1));

        await node.RunAsync();

        var claim = Assert.Single(node.Silo.Received).Attestation.Attestation;
        Assert.Equal((attested, false), (claim.Mechanism, claim.IsPrivate));
        Assert.False(node.Ledger().Status("notes").IsPrivate);
        Assert.False(node.Report().IsPrivate);
        Assert.Null(node.Report().EpsilonReserved);
    }

    [Fact]
    public async Task Test_noise_gives_the_same_adapter_again_and_real_noise_another()
    {
        Assert.Equal(await FinalDigest("test"), await FinalDigest("test"));
        Assert.NotEqual(await FinalDigest("gaussian"), await FinalDigest("gaussian"));

        static async Task<string> FinalDigest(string mechanism)
        {
            // The same key, hence the same node id and hold-out.
            using var node = new NodeUnderTest(Some.Run(mechanism));
            await node.RunAsync();
            return node.Silo.FinalDigest;
        }
    }

    [Theory]
    [InlineData("before training")]
    [InlineData("after training, before sealing")]
    [InlineData("sent, no receipt")]
    public async Task A_killed_node_goes_on_and_ends_with_the_same_adapter(string moment)
    {
        using var undisturbed = new NodeUnderTest(Some.Run());
        await undisturbed.RunAsync();
        using var node = new NodeUnderTest(Some.Run());
        var bases = new List<long>();
        var killed = false;
        void KillAt(string here, long version)
        {
            if (here == moment && version == 1 && !killed)
            {
                killed = true;
                throw new KilledException();
            }
        }

        node.Silo.BeforeReceipt = update => KillAt("sent, no receipt", update.BaseVersion);
        CountingTraining Count(ILocalTraining inner) =>
            new(inner, bases)
            {
                Before = version => KillAt("before training", version),
                After = version => KillAt("after training, before sealing", version),
            };

        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync(Count));
        var end = await node.RunAsync(Count);

        Assert.Equal(LoopEnd.Completed, end);
        Assert.Equal(undisturbed.Silo.FinalDigest, node.Silo.FinalDigest);
        // Sealed work is never done twice; unsealed work is.
        Assert.Equal(moment == "sent, no receipt" ? [0, 1] : [0, 1, 1], bases);
        Assert.Single(node.Ledger().Entries.OfType<SealedEntry>(), entry => entry.BaseVersion == 1);
    }

    [Fact]
    public async Task A_cancelled_run_sends_nothing()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1, steps: 100_000));
        node.Silo.BeforeCheckIn = () =>
        {
            if (node.Silo.Heartbeats.Count == 0)
            {
                return null;
            }

            return new CheckInAnswer.Ended(node.Silo.RunDigest, "cancelled", "by the operator", 0, "");
        };
        node.Silo.Command = SiloCommand.Cancel;

        var end = await node.RunAsync();

        Assert.Equal(LoopEnd.Failed, end);
        Assert.Empty(node.Silo.Received);
        // Nothing was released, so the reserved plan is given back.
        Assert.Equal(0, node.Ledger().Status("notes").CertifiedEpsilon);
        Assert.Equal("cancelled", node.Report().Outcome);
    }

    [Fact]
    public async Task Training_that_leaves_the_range_of_numbers_seals_nothing_and_is_not_repeated()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        var bases = new List<long>();
        node.EndAfter(checkIns: 4);

        var end = await node.RunAsync(inner => new CountingTraining(inner, bases)
        {
            After = _ => throw new NonFiniteUpdateException("out of range"),
        });

        Assert.Equal(LoopEnd.Failed, end);
        Assert.Equal([0], bases);
        Assert.Empty(node.Ledger().Entries.OfType<SealedEntry>());
    }

    [Fact]
    public async Task Updates_older_than_the_retention_are_removed_while_the_node_works()
    {
        var run = Some.Run("gaussian", versions: 3, steps: 1);
        using var node = new NodeUnderTest(run);
        var held = new List<int>();
        node.Silo.BeforeCheckIn = () =>
        {
            held.Add(Held(node));
            node.Time.Advance(run.Retention.Updates * 2);
            return null;
        };

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());

        // Offer, then one check-in a version. The newest stays until the run is over.
        Assert.Equal([0, 0, 1, 1, 1], held);
        Assert.Equal(0, Held(node));
    }

    [Fact]
    public async Task An_unanswered_update_of_a_run_that_is_over_does_not_stay_for_ever()
    {
        var run = Some.Run("gaussian", versions: 1, steps: 1);
        using var node = new NodeUnderTest(run);
        node.Silo.Receipt = signed => signed with { Signature = new byte[64] };
        await node.RunAsync();
        Assert.Equal(1, Held(node));

        node.Time.Advance(run.Retention.Updates * 2);
        await node.RunAsync();

        Assert.Equal(0, Held(node));
    }

    [Fact]
    public async Task A_source_that_was_renamed_during_a_run_is_an_error_that_names_both()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian"));
        node.Silo.BeforeUpload = _ => throw new KilledException();
        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync());
        node.Settings = node.Settings with { Source = node.Settings.Source with { Name = "letters" } };

        var error = await Assert.ThrowsAsync<NodeSettingsException>(() => node.RunAsync());

        Assert.Contains("letters", error.Message, StringComparison.Ordinal);
        Assert.Contains("source.name: notes", error.Message, StringComparison.Ordinal);
        // No second plan for the same run.
        Assert.Single(node.Ledger().Entries.OfType<ReservedEntry>());
    }

    [Fact]
    public async Task A_run_that_is_cancelled_while_a_node_is_away_keeps_its_sealed_update_here()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 2, steps: 1));
        node.Silo.BeforeReceipt = _ => throw new KilledException();
        await Assert.ThrowsAsync<KilledException>(() => node.RunAsync());
        node.Silo.Command = SiloCommand.Cancel;
        node.Silo.BeforeUpload = _ => throw new SiloUnreachableException("gone");
        node.Silo.BeforeCheckIn = () => new CheckInAnswer.Ended(node.Silo.RunDigest, "cancelled", "", -1, "");

        var end = await node.RunAsync();

        Assert.Equal(LoopEnd.Failed, end);
        // One update was sealed and may have been seen: the whole plan stays charged.
        Assert.True(node.Ledger().Status("notes").CertifiedEpsilon > 0);
    }

    [Fact]
    public async Task News_of_an_old_run_does_not_end_a_node_that_works_on_another()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1, steps: 1));
        await node.RunAsync();
        var (old, key) = (node.Silo, node.Silo.RunDigest);
        node.Silo = new FakeSilo(
            Some.Run("gaussian", versions: 2, steps: 1),
            AdaptedModel.LayoutOf(Some.Run(), RepositoryFolder.BaseDocs),
            node.NodeId.Value
        );
        var told = 0;
        var silo = node.Silo;
        silo.BeforeCheckIn = () =>
            silo.Received.Count == 1 && told++ == 0
                ? new CheckInAnswer.Ended(key, "completed", "", 1, old.FinalDigest)
                : null;

        Assert.Equal(LoopEnd.Completed, await node.RunAsync());
        Assert.Equal(2, silo.Received.Count);
    }

    [Fact]
    public async Task A_node_that_does_not_show_its_epsilon_sends_none()
    {
        using var node = new NodeUnderTest(Some.Run("gaussian", versions: 1));
        node.Settings = node.Settings with { Policy = node.Settings.Policy with { ShowEpsilon = false } };

        await node.RunAsync();

        Assert.NotEmpty(node.Silo.Heartbeats);
        Assert.All(
            node.Silo.Heartbeats,
            beat => Assert.Equal((0, 0, 0), (beat.EpsilonReserved, beat.EpsilonBudget, beat.EpsilonOfStepsDone))
        );
    }

    private static int Held(NodeUnderTest node) =>
        Directory.GetDirectories(Path.Combine(node.Folder, "spool")).Sum(run => Directory.GetDirectories(run).Length);
}
