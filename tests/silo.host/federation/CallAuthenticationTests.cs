using System.Security.Cryptography;
using Federated.Protocol.V1;
using Grpc.Core;

namespace Federated.Silo.Tests;

public sealed class CallAuthenticationTests(SiloUnderTest silo) : IClassFixture<SiloUnderTest>
{
    [Fact]
    public async Task A_call_that_another_key_signed_is_refused()
    {
        using var node = await TestNode.JoinedAsync(silo);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        await RefusedAsync("BadCallSignature", node.Signed("CheckIn", by: other));
    }

    [Fact]
    public async Task A_recorded_call_is_of_no_use_later()
    {
        using var node = await TestNode.JoinedAsync(silo);

        var refused = await RefusedAsync("BadCallSignature", node.Signed("CheckIn", ago: TimeSpan.FromMinutes(6)));

        Assert.Contains("clock", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_over_another_method_is_refused()
    {
        using var node = await TestNode.JoinedAsync(silo);

        await RefusedAsync("BadCallSignature", node.Signed("CheckIn", signedMethod: "Heartbeat"));
    }

    [Fact]
    public async Task A_node_that_has_not_joined_is_refused_by_its_id()
    {
        using var stranger = new TestNode(silo.Host.GrpcAddress);

        var refused = await RefusedAsync("UnknownNode", stranger.Signed("CheckIn"));

        Assert.Contains(stranger.Id, refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_without_metadata_is_refused_by_what_is_missing()
    {
        var refused = await RefusedAsync("BadCallSignature", new CallOptions());

        Assert.Contains("fed-node", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_has_no_more_than_some_calls_open_and_others_are_not_in_its_way()
    {
        using var node = await TestNode.JoinedAsync(silo);
        using var other = await TestNode.JoinedAsync(silo);
        using var end = new CancellationTokenSource();
        var wait = new CheckInRequest { Capabilities = TestNode.Capabilities, WaitMs = 20_000 };

        // Held, since there is no work; the one that is one too many is answered at once.
        var held = Enumerable
            .Range(0, OpenCalls.Most + 1)
            .Select(_ =>
                node.Calls.CheckInAsync(wait, node.Signed("CheckIn").WithCancellationToken(end.Token)).ResponseAsync
            )
            .ToList();
        var first = await Assert.ThrowsAsync<RpcException>(async () => await await Task.WhenAny(held));

        Assert.Equal(StatusCode.Unavailable, first.StatusCode);
        Assert.NotNull(await other.Calls.HeartbeatAsync(new HeartbeatRequest(), other.Signed("Heartbeat")));
        await end.CancelAsync();
        while (true)
        {
            // The silo sees the ends by and by.
            try
            {
                await node.Calls.HeartbeatAsync(new HeartbeatRequest(), node.Signed("Heartbeat"));
                break;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable) { }
        }
    }

    [Fact]
    public async Task Streaming_calls_are_checked_as_well()
    {
        using var node = await TestNode.JoinedAsync(silo);

        using var upload = node.Calls.UploadUpdate(node.Signed("UploadUpdate", signedMethod: "CheckIn"));
        var uploading = await Assert.ThrowsAsync<RpcException>(() => upload.ResponseAsync);
        using var download = node.Calls.DownloadAdapter(new DownloadAdapterRequest(), new CallOptions());
        var downloading = await Assert.ThrowsAsync<RpcException>(() =>
            download.ResponseStream.MoveNext(TestContext.Current.CancellationToken)
        );

        Assert.Equal(StatusCode.Unauthenticated, uploading.StatusCode);
        Assert.Equal(StatusCode.Unauthenticated, downloading.StatusCode);
    }

    [Fact]
    public async Task Joining_takes_a_token_of_this_silo_and_a_proof_of_the_key()
    {
        using var node = new TestNode(silo.Host.GrpcAddress);

        var foreign = await Assert.ThrowsAsync<RpcException>(() => node.JoinAsync("default.unknown"));
        var nonsense = await Assert.ThrowsAsync<RpcException>(() => node.JoinAsync("unknown"));
        var unproven = await Assert.ThrowsAsync<RpcException>(() => node.JoinAsync("default.unknown", new byte[64]));

        Assert.Equal(StatusCode.PermissionDenied, foreign.StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, nonsense.StatusCode);
        Assert.Equal(StatusCode.Unauthenticated, unproven.StatusCode);
    }

    [Fact]
    public async Task Joining_again_with_the_same_key_gives_the_same_id()
    {
        using var client = silo.Operator();
        var invitation = await client.PostAsync<IssuedInvitation>(
            "/api/invitations?nodes=1",
            null,
            TestContext.Current.CancellationToken
        );
        using var node = new TestNode(silo.Host.GrpcAddress);
        using var second = new TestNode(silo.Host.GrpcAddress);

        Assert.Equal(node.Id, (await node.JoinAsync(invitation.Token)).NodeId);
        Assert.Equal(node.Id, (await node.JoinAsync(invitation.Token)).NodeId);
        var usedUp = await Assert.ThrowsAsync<RpcException>(() => second.JoinAsync(invitation.Token));

        Assert.Equal(StatusCode.PermissionDenied, usedUp.StatusCode);
        Assert.Equal("InvalidInvitation", usedUp.Trailers.GetValue("fed-reason"));
    }

    [Fact]
    public async Task A_node_of_another_protocol_is_told_what_to_install()
    {
        using var node = await TestNode.JoinedAsync(silo);

        var reply = await node.Calls.CheckInAsync(
            new CheckInRequest { Capabilities = new NodeCapabilities { ProtocolVersion = 99 } },
            node.Signed("CheckIn")
        );

        Assert.Equal("UnsupportedProtocol", reply.Refusal.Reason);
        Assert.Contains("99", reply.Refusal.Message, StringComparison.Ordinal);
    }

    private async Task<RpcException> RefusedAsync(string reason, CallOptions options)
    {
        using var caller = new TestNode(silo.Host.GrpcAddress);
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await caller.Calls.CheckInAsync(new CheckInRequest { Capabilities = TestNode.Capabilities }, options)
        );
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Equal(reason, refused.Trailers.GetValue("fed-reason"));
        return refused;
    }
}
