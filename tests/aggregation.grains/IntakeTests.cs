using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.Aggregation.Grains.Tests;

public sealed class IntakeTests(SiloFixture silo) : IClassFixture<SiloFixture>
{
    [Fact]
    public async Task The_same_update_in_twenty_calls_at_once_is_one_event_and_one_receipt()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "twenty");
        var offer = await federation.OfferAsync(0, 0);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => federation.Run.AcceptAsync(offer)));
        Assert.Single(answers.Select(answer => answer.Receipt).Distinct());
        Assert.Single(federation.Kinds(), "update-accepted");
        Assert.NotNull((await federation.Run.PrepareUploadAsync(offer)).Receipt);
    }

    [Fact]
    public async Task A_second_training_from_the_same_base_is_refused_before_and_after_the_merge()
    {
        using var federation = await Federation.RunningAsync(silo, 1, new() { Cohort = 1 }, "second");
        var first = await federation.OfferAsync(0, 0);
        var second = await federation.OfferAsync(0, 0, federation.Delta(0, 77));
        Assert.NotNull((await federation.Run.AcceptAsync(first)).Receipt);
        await federation.PublishedAsync(1);
        Assert.Equal(RejectionReason.AlreadyAccepted, (await federation.Run.AcceptAsync(second)).Refused!.Reason);
        Assert.Equal(
            RejectionReason.AlreadyAccepted,
            (await federation.Run.PrepareUploadAsync(second)).Refused!.Reason
        );
        Assert.Equal(1, (await federation.Run.AcceptAsync(first)).Receipt!.AcceptedInto);
    }

    [Fact]
    public async Task A_hostile_update_is_refused_and_the_run_goes_on()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "hostile", versions: 1);
        var honest = await federation.OfferAsync(1, 0);
        var nan = federation.Blob(federation.Delta(1, 0));
        BitConverter.TryWriteBytes(nan.AsSpan(nan.Length - 4), float.NaN);
        var digest = await silo.Blobs.PutAsync(nan, TestContext.Current.CancellationToken);
        (UpdateOffer Offer, RejectionReason Reason)[] hostile =
        [
            (federation.Sign(1, honest with { UpdateDigest = digest }), RejectionReason.NonFinite),
            (
                federation.Sign(1, honest with { UpdateDigest = Federation.TokenHash("nothing") }),
                RejectionReason.BytesMissing
            ),
            (honest with { BaseVersion = 1 }, RejectionReason.UnknownBaseVersion),
            (honest with { Length = long.MaxValue }, RejectionReason.TooLarge),
            (honest with { Attestation = [] }, RejectionReason.MalformedAttestation),
            (federation.Sign(1, honest, signer: federation.Nodes[0]), RejectionReason.BadAttestationSignature),
            (
                federation.Sign(
                    1,
                    honest,
                    claim => claim with { Mechanism = Attestation.TestGaussian, IsPrivate = false }
                ),
                RejectionReason.NotPrivate
            ),
            (federation.Sign(1, honest, claim => claim with { Steps = 1 }), RejectionReason.MechanismMismatch),
            (honest with { NodeId = Federation.TokenHash("stranger") }, RejectionReason.NodeNotAdmitted),
        ];
        foreach (var (offer, reason) in hostile)
        {
            Assert.Equal(reason, (await federation.Run.AcceptAsync(offer)).Refused!.Reason);
        }

        Assert.DoesNotContain("update-accepted", federation.Kinds());
        await federation.UploadAsync(0, 0);
        Assert.NotNull((await federation.Run.AcceptAsync(honest)).Receipt);
        await federation.UntilAsync(status => status.Phase == RunPhase.Completed);
    }

    [Fact]
    public async Task An_unknown_run_refuses_everything_by_name()
    {
        using var federation = await Federation.JoinedAsync(silo, 1, new() { Cohort = 1 }, "unknown");
        var offer = await federation.OfferAsync(0, 0);
        Assert.Equal(RejectionReason.UnknownRun, (await federation.Run.PrepareUploadAsync(offer)).Refused!.Reason);
        Assert.Equal(RejectionReason.UnknownRun, (await federation.Run.AcceptAsync(offer)).Refused!.Reason);
        Assert.Null(await federation.Run.StatusAsync());
        Assert.Null(await federation.Run.ExplainAsync());
        Assert.Null(await federation.Run.DocumentAsync());
        Assert.False((await federation.Run.PauseAsync("")).Done);
        Assert.False((await federation.Run.ConsentAsync(federation.Id(0), true, "")).Admitted);
        Assert.Equal(NodeCommand.Cancel, await federation.Run.HeartbeatAsync(federation.Id(0)));
    }

    [Fact]
    public async Task A_merge_that_fails_is_tried_again_until_its_blobs_are_back()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "missing", versions: 1);
        var offer = await federation.OfferAsync(0, 0);
        await federation.Run.AcceptAsync(offer);
        var blob = silo.Blobs[offer.UpdateDigest];
        await silo.Blobs.DeleteAsync(offer.UpdateDigest, TestContext.Current.CancellationToken);
        await federation.UploadAsync(1, 0);
        await federation.UntilAsync(status => status.Open!.Closing);
        silo.Blobs.PutAs(offer.UpdateDigest, blob);
        await federation.UntilAsync(status => status.Phase == RunPhase.Completed, clock: TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task No_version_is_made_of_bytes_that_the_disk_has_changed()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "changed", versions: 1);
        var offer = await federation.OfferAsync(0, 0);
        await federation.Run.AcceptAsync(offer);
        var blob = silo.Blobs[offer.UpdateDigest];
        byte[] changed = [.. blob];
        changed[^2] ^= 1; // still a finite number
        silo.Blobs.PutAs(offer.UpdateDigest, changed);
        await federation.UploadAsync(1, 0);

        await federation.Run.WakeAsync();

        Assert.Equal(0, (await federation.Run.StatusAsync())!.LatestVersion);
        silo.Blobs.PutAs(offer.UpdateDigest, blob);
        await federation.UntilAsync(status => status.Phase == RunPhase.Completed, clock: TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_run_whose_merge_overflows_fails_with_the_reason_and_keeps_its_last_version()
    {
        using var federation = await Federation.RunningAsync(silo, 1, new() { Cohort = 1 }, "overflow");
        var huge = Enumerable.Repeat(float.MaxValue, (int)federation.Layout.Count).ToArray();
        await federation.Run.AcceptAsync(await federation.OfferAsync(0, 0, huge));
        await federation.PublishedAsync(1);
        await federation.Run.AcceptAsync(await federation.OfferAsync(0, 1, huge));
        var status = await federation.UntilAsync(status => status.Phase == RunPhase.Failed);
        Assert.Equal(1, status.LatestVersion);
        Assert.Contains("not finite", status.Reason, StringComparison.Ordinal);
        // The second update was accepted, but no published version holds it.
        Assert.Equal(1, Assert.Single(status.Members).Merged);
    }

    [Fact]
    public async Task The_published_adapter_is_the_sum_that_the_weights_say()
    {
        using var federation = await Federation.RunningAsync(silo, 2, new() { Cohort = 2 }, "sum", versions: 2);
        await federation.UploadAsync(0, 0);
        await federation.UploadAsync(1, 0);
        await federation.PublishedAsync(1);
        await federation.UploadAsync(0, 1);
        await federation.UploadAsync(1, 1);
        await federation.PublishedAsync(2);
        var adapters = await silo.Grains.GetGrain<IAdapterGrain>(federation.RunDigest).AllAsync();
        Assert.Equal([0L, 1, 2], adapters.Select(adapter => adapter.Version));
        using var bytes = new MemoryStream(silo.Blobs[adapters[2].Digest]);
        var values = AdapterBlob.Read(bytes, federation.Layout, AdapterBlobKind.Adapter);
        for (var j = 0; j < values.Length; j++)
        {
            var expected =
                0.5
                * (
                    federation.Delta(0, 0)[j]
                    + federation.Delta(1, 0)[j]
                    + federation.Delta(0, 1)[j]
                    + federation.Delta(1, 1)[j]
                );
            Assert.Equal(expected, values[j], 1e-6);
        }

        using var zero = new MemoryStream(silo.Blobs[adapters[0].Digest]);
        Assert.All(
            AdapterBlob.Read(zero, federation.Layout, AdapterBlobKind.Adapter),
            value => Assert.Equal(0f, value)
        );
    }
}
