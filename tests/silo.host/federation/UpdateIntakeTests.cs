using System.Security.Cryptography;
using Federated.Adapters;
using Federated.Protocol;
using Federated.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Federated.Silo.Tests;

public sealed class UpdateIntakeTests(SiloUnderTest silo) : IClassFixture<SiloUnderTest>
{
    [Fact]
    public async Task Two_updates_become_a_version_that_is_downloaded_by_its_digest()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);
        var start = await run.First.DownloadAsync(run.Digest, work.BaseVersion);
        Assert.Equal(work.BaseDigest, Convert.ToHexStringLower(SHA256.HashData(start)));

        Assert.NotNull((await run.First.UploadAsync(work, run.Update(1))).Receipt);
        Assert.NotNull((await run.Second.UploadAsync(await run.AssignmentAsync(run.Second), run.Update(3))).Receipt);

        var next = await run.AssignmentAsync(run.First);
        Assert.Equal(1, next.BaseVersion);
        var merged = await run.First.DownloadAsync(run.Digest, 1);
        Assert.Equal(next.BaseDigest, Convert.ToHexStringLower(SHA256.HashData(merged)));
        using var blob = new MemoryStream(merged);
        Assert.All(AdapterBlob.Read(blob, run.Layout, AdapterBlobKind.Adapter), value => Assert.Equal(2, value));
        Assert.Equal(merged[100..], await run.First.DownloadAsync(run.Digest, 1, offset: 100));
        await FailsAsync(StatusCode.OutOfRange, () => run.First.DownloadAsync(run.Digest, 1, merged.Length + 1));
        await FailsAsync(StatusCode.NotFound, () => run.First.DownloadAsync(run.Digest, 2));
    }

    [Fact]
    public async Task A_receipt_is_signed_by_the_key_that_joining_gave_and_is_the_same_for_the_same_update()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);

        var first = (await run.First.UploadAsync(work, run.Update())).Receipt;
        var again = (await run.First.UploadAsync(work, run.Update())).Receipt;

        Assert.True(await SignedBySiloAsync(first));
        Assert.True(await SignedBySiloAsync(again));
        Assert.Equal(UpdateReceipt.FromMessage(first), UpdateReceipt.FromMessage(again));
        Assert.Equal((run.First.Id, 1L, 3L), (first.NodeId, first.AcceptedInto, first.LedgerHead.Sequence));
    }

    [Fact]
    public async Task A_second_training_from_the_same_base_is_refused_before_its_bytes_travel()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);
        await run.First.UploadAsync(work, run.Update(1));

        var refused = (await run.First.UploadAsync(run.First.Header(work, run.Update(2)))).Refusal;

        Assert.Equal(("AlreadyAccepted", false), (refused.Reason, refused.MayRetry));
    }

    [Fact]
    public async Task More_bytes_than_the_layout_has_are_refused_before_they_travel()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);

        var refused = (await run.First.UploadAsync(run.First.Header(work, new byte[1 << 20]))).Refusal;

        Assert.Equal("TooLarge", refused.Reason);
    }

    [Fact]
    public async Task Bytes_after_the_announced_ones_are_refused_and_the_update_can_still_come()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);
        var content = run.Update();
        var more = new UploadChunk { Offset = content.Length, Data = ByteString.CopyFrom(1, 2, 3) };

        var refused = (
            await run.First.UploadAsync(run.First.Header(work, content), [.. TestNode.Pieces(content), more])
        ).Refusal;

        Assert.Equal("TooLarge", refused.Reason);
        var committed = await CommittedAsync(run.First, work, content);
        Assert.NotNull(
            (
                await run.First.UploadAsync(
                    run.First.Header(work, content),
                    TestNode.Pieces(content, (int)committed.Committed)
                )
            ).Receipt
        );
    }

    [Fact]
    public async Task Bytes_of_another_digest_are_dropped_and_may_be_sent_again()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);
        var header = run.First.Header(work, run.Update(1));

        var refused = (await run.First.UploadAsync(header, TestNode.Pieces(run.Update(2)))).Refusal;

        Assert.Equal(("DigestMismatch", true), (refused.Reason, refused.MayRetry));
        Assert.NotNull((await run.First.UploadAsync(header, TestNode.Pieces(run.Update(1)))).Receipt);
    }

    [Fact]
    public async Task Pieces_out_of_order_are_refused_with_the_offset_expected()
    {
        using var run = await TestRun.StartAsync(silo);
        var content = run.Update();
        var header = run.First.Header(await run.AssignmentAsync(run.First), content);
        var pieces = TestNode.Pieces(content);

        var refused = await FailsAsync(
            StatusCode.OutOfRange,
            () => run.First.UploadAsync(header, pieces[0], pieces[2], pieces[1])
        );

        Assert.Contains("expected 300", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cut_upload_goes_on_where_it_stopped_also_in_a_restarted_silo()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);
        var content = run.Update();
        await FailsAsync(
            StatusCode.Aborted,
            () => run.First.UploadAsync(run.First.Header(work, content), TestNode.Pieces(content, 0, 600))
        );

        await silo.RestartAsync();
        using var node = run.First.At(silo.Host.GrpcAddress);
        var held = await CommittedAsync(node, work, content);
        Assert.Equal((600, null), (held.Committed, held.Receipt));
        var receipt = (await node.UploadAsync(node.Header(work, content), TestNode.Pieces(content, 600))).Receipt;

        Assert.True(await SignedBySiloAsync(receipt));
        var known = (await CommittedAsync(node, work, content)).Receipt;
        Assert.Equal(UpdateReceipt.FromMessage(receipt), UpdateReceipt.FromMessage(known));
    }

    [Fact]
    public async Task Updates_that_are_none_are_refused_and_the_run_goes_on()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);
        var notANumber = run.Update();
        BitConverter.TryWriteBytes(notANumber.AsSpan(^8), float.NaN);
        var adapter = AdapterBlob.Encode(AdapterBlobKind.Adapter, run.Layout, new float[run.Layout.Count]);
        var elsewhere = run.First.Header(work, run.Update());
        elsewhere.BaseDigest = new string('b', 64);

        Assert.Equal("NonFinite", (await run.First.UploadAsync(work, notANumber)).Refusal.Reason);
        Assert.Equal("MalformedUpdate", (await run.First.UploadAsync(work, adapter)).Refusal.Reason);
        Assert.Equal("OtherBaseDigest", (await run.First.UploadAsync(elsewhere)).Refusal.Reason);
        Assert.NotNull((await run.First.UploadAsync(work, run.Update())).Receipt);
    }

    [Fact]
    public async Task What_is_refused_does_not_stay_on_the_disk()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);
        var before = Blobs();

        for (var i = 0; i < 5; i++)
        {
            var notANumber = run.Update(i);
            BitConverter.TryWriteBytes(notANumber.AsSpan(^8), float.NaN);
            Assert.Equal("NonFinite", (await run.First.UploadAsync(work, notANumber)).Refusal.Reason);
        }

        Assert.Equal(before, Blobs());
        Assert.NotNull((await run.First.UploadAsync(work, run.Update())).Receipt);
        Assert.Equal(Digest(run.Update()), Assert.Single(Blobs().Except(before)));
    }

    [Fact]
    public async Task Bytes_that_the_disk_has_damaged_before_they_were_accepted_are_replaced()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);
        var content = run.Update();
        var blob = Path.Combine(silo.Data, "blobs", Digest(content)[..2], Digest(content));
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        await File.WriteAllBytesAsync(blob, run.Update(2), TestContext.Current.CancellationToken);

        Assert.Equal("DigestMismatch", (await run.First.UploadAsync(work, content)).Refusal.Reason);
        Assert.NotNull((await run.First.UploadAsync(work, content)).Receipt);
    }

    [Fact]
    public async Task The_same_bytes_are_taken_from_one_sender_at_a_time()
    {
        using var run = await TestRun.StartAsync(silo);
        var content = run.Update();
        var work = await run.AssignmentAsync(run.First);
        using var sending = run.First.Calls.UploadUpdate(run.First.Signed("UploadUpdate"));
        await SendAsync(sending, new UploadUpdateRequest { Header = run.First.Header(work, content) });
        await SendAsync(sending, new UploadUpdateRequest { Chunk = TestNode.Pieces(content)[0] });
        while ((await CommittedAsync(run.First, work, content)).Committed == 0) { }

        var second = run.Second.Header(await run.AssignmentAsync(run.Second), content);
        await FailsAsync(StatusCode.Aborted, () => run.Second.UploadAsync(second));
        foreach (var piece in TestNode.Pieces(content, 300))
        {
            await SendAsync(sending, new UploadUpdateRequest { Chunk = piece });
        }

        await sending.RequestStream.CompleteAsync();
        Assert.NotNull((await sending.ResponseAsync).Receipt);
        Assert.NotNull((await run.Second.UploadAsync(second)).Receipt);
    }

    [Fact]
    public async Task An_attestation_that_does_not_hold_is_refused_before_the_bytes_travel()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);
        var content = run.Update();
        var header = run.First.Header(work, content);
        header.AttestationSignature = run.First.Header(work, run.Update(2)).AttestationSignature;

        var refused = (await run.First.UploadAsync(header)).Refusal;

        Assert.Equal("BadAttestationSignature", refused.Reason);
        Assert.Equal(0, (await CommittedAsync(run.First, work, content)).Committed);
        Assert.NotNull((await run.First.UploadAsync(work, content)).Receipt);
    }

    [Fact]
    public async Task A_node_has_one_unfinished_upload_however_many_digests_it_announces()
    {
        using var run = await TestRun.StartAsync(silo);
        var work = await run.AssignmentAsync(run.First);
        var parts = Path.Combine(silo.Data, "blobs", "parts");
        var before = Directory.GetFiles(parts).Length;

        foreach (var value in new[] { 1f, 2f, 3f })
        {
            var content = run.Update(value);
            await FailsAsync(
                StatusCode.Aborted,
                () => run.First.UploadAsync(run.First.Header(work, content), TestNode.Pieces(content, 0, 300))
            );
        }

        Assert.Equal(before + 1, Directory.GetFiles(parts).Length);
        Assert.Equal(0, (await CommittedAsync(run.First, work, run.Update(1))).Committed);
        Assert.Equal(300, (await CommittedAsync(run.First, work, run.Update(3))).Committed);
    }

    [Fact]
    public async Task Adapters_are_for_the_members_of_their_run()
    {
        using var run = await TestRun.StartAsync(silo);
        using var stranger = await TestNode.JoinedAsync(silo);
        using var client = silo.Operator();
        await run.AssignmentAsync(run.First);

        await FailsAsync(StatusCode.PermissionDenied, () => stranger.DownloadAsync(run.Digest, 0));
        await FailsAsync(StatusCode.PermissionDenied, () => run.First.DownloadAsync(new string('0', 64), 0));
        await FailsAsync(StatusCode.InvalidArgument, () => run.First.DownloadAsync("no digest", 0));
        Assert.NotEmpty(await run.First.DownloadAsync(run.Digest, 0));
        await client.PostAsync<object>(
            SiloClient.RunPath(run.Digest, $"nodes/{run.First.Id}/suspend"),
            null,
            TestContext.Current.CancellationToken
        );
        await FailsAsync(StatusCode.PermissionDenied, () => run.First.DownloadAsync(run.Digest, 0));
    }

    [Fact]
    public async Task An_upload_that_does_not_begin_with_its_header_is_refused()
    {
        using var run = await TestRun.StartAsync(silo);
        using var call = run.First.Calls.UploadUpdate(run.First.Signed("UploadUpdate"));
        await call.RequestStream.WriteAsync(
            new UploadUpdateRequest { Chunk = new UploadChunk() },
            TestContext.Current.CancellationToken
        );

        await FailsAsync(StatusCode.InvalidArgument, () => call.ResponseAsync);
    }

    private static Task SendAsync(
        AsyncClientStreamingCall<UploadUpdateRequest, UploadUpdateReply> call,
        UploadUpdateRequest part
    ) => call.RequestStream.WriteAsync(part, TestContext.Current.CancellationToken);

    private static string Digest(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    // Names of all blobs and of their marks.
    private List<string> Blobs() =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(silo.Data, "blobs"), "*", SearchOption.AllDirectories)
                .Select(file => Path.GetFileName(file))
                .Where(name => name.Length == 64)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    private static async Task<QueryUploadReply> CommittedAsync(TestNode node, Assignment work, byte[] content) =>
        await node.Calls.QueryUploadAsync(
            new QueryUploadRequest
            {
                RunDigest = work.RunDigest,
                Epoch = work.Epoch,
                BaseVersion = work.BaseVersion,
                UpdateDigest = Digest(content),
            },
            node.Signed("QueryUpload")
        );

    private static async Task<RpcException> FailsAsync(StatusCode status, Func<Task> call)
    {
        var failed = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(status, failed.StatusCode);
        return failed;
    }

    private async Task<bool> SignedBySiloAsync(Receipt receipt)
    {
        using var client = silo.Operator();
        var invitation = await client.PostAsync<IssuedInvitation>(
            "/api/invitations",
            null,
            TestContext.Current.CancellationToken
        );
        using var newcomer = new TestNode(silo.Host.GrpcAddress);
        var siloKey = (await newcomer.JoinAsync(invitation.Token)).SiloKey;
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(siloKey.PublicKey.Span, out _);
        return receipt.KeyId == siloKey.KeyId && UpdateReceipt.FromMessage(receipt).Verify(key, receipt.Signature.Span);
    }
}
