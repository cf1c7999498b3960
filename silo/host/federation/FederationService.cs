using System.Text;
using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Protocol;
using Federated.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Federated.Silo;

/// <summary>What nodes call: each method maps messages and asks a grain. Decisions are the grains', order is theirs.</summary>
internal sealed class FederationService(
    IGrainFactory grains,
    IBlobStore blobs,
    UpdateIntake intake,
    ReceiptSigner signer,
    SiloOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time
) : Federation.FederationBase
{
    /// <summary>Bytes of one piece of a download.</summary>
    public const int ChunkLength = 256 * 1024;

    private static readonly string UnknownDigest = new('0', 64);

    /// <inheritdoc/>
    public override async Task<JoinReply> Join(JoinRequest request, ServerCallContext context)
    {
        if (Unserved(request.Capabilities) is { } unserved)
        {
            throw Refusals.Exception(unserved);
        }

        var publicKey = request.PublicKey.ToByteArray();
        if (!JoinProof.Verify(publicKey, request.Token, request.Proof.Span))
        {
            throw Refusals.Exception(
                new Refused(
                    RejectionReason.BadCallSignature,
                    "public_key must be a DER ECDSA P-256 key, and proof its signature over token and key.",
                    MayRetry: false
                )
            );
        }

        var group = InvitationToken.GroupOf(request.Token);
        if (group is null || !options.Groups.Contains(group))
        {
            throw Refusals.Exception(
                new Refused(
                    RejectionReason.InvalidInvitation,
                    "The token is none of this silo's. Ask its operator for one (fedsilo node invite).",
                    MayRetry: false
                )
            );
        }

        var joining = new NodeJoining(
            InvitationToken.Hash(request.Token),
            publicKey,
            PlainText.Of(request.DisplayName, NodeText.LongestName)
        );
        var answer = await grains.GetGrain<IGroupGrain>(group).JoinAsync(joining);
        return answer.Refused is { } refused
            ? throw Refusals.Exception(refused)
            : new JoinReply
            {
                NodeId = answer.NodeId,
                Group = group,
                SiloKey = signer.Message,
            };
    }

    /// <inheritdoc/>
    public override async Task<CheckInReply> CheckIn(CheckInRequest request, ServerCallContext context)
    {
        if (Unserved(request.Capabilities) is { } unserved)
        {
            return new CheckInReply { Refusal = Refusals.Message(unserved) };
        }

        NodeText.Require(request);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken,
            lifetime.ApplicationStopping
        );
        try
        {
            var node = grains.GetGrain<INodeGrain>(context.NodeId());
            var answer = await node.CheckInAsync(request.ToGrain(), held.Token);
            return answer.ToReply(time.GetUtcNow());
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(
                new Status(StatusCode.Unavailable, "The silo is going down; try again in a moment.")
            );
        }
    }

    /// <inheritdoc/>
    public override async Task<ConsentReply> Consent(ConsentRequest request, ServerCallContext context)
    {
        var run = grains.GetGrain<IRunGrain>(NodeText.RequireDigest("run_digest", request.RunDigest));
        var reason = PlainText.Of(request.Reason, NodeText.LongestReason);
        var declared = request.DeclaredRecords == 0 ? (long?)null : request.DeclaredRecords;
        var answer = await run.ConsentAsync(context.NodeId(), request.Accepted, reason, declared);
        return new ConsentReply { Admitted = answer.Admitted, Reason = answer.Reason };
    }

    /// <inheritdoc/>
    public override async Task DownloadAdapter(
        DownloadAdapterRequest request,
        IServerStreamWriter<AdapterChunk> responseStream,
        ServerCallContext context
    )
    {
        NodeText.RequireDigest("run_digest", request.RunDigest);
        if (!await grains.GetGrain<IRunGrain>(request.RunDigest).IsMemberAsync(context.NodeId()))
        {
            // The same for a run that does not exist: who takes no part learns nothing of it.
            throw Refusals.Exception(
                new Refused(
                    RejectionReason.NodeNotAdmitted,
                    $"This node takes no part in run {request.RunDigest}; only its members may download its adapters.",
                    MayRetry: false
                )
            );
        }

        var (digest, length) = request.InitialFactors
            ? await InitialFactorsAsync(request.RunDigest, context.CancellationToken)
            : await VersionAsync(request);
        if (request.Offset < 0 || request.Offset > length)
        {
            throw new RpcException(
                new Status(StatusCode.OutOfRange, $"offset = {request.Offset}; expected 0 … {length}.")
            );
        }

        await using var blob = await blobs.OpenAsync(digest, context.CancellationToken);
        blob.Seek(request.Offset, SeekOrigin.Begin);
        var buffer = new byte[ChunkLength];
        int read;
        while ((read = await blob.ReadAtLeastAsync(buffer, ChunkLength, false, context.CancellationToken)) > 0)
        {
            // The buffer is reused, so the piece must be a copy: writing may go on after it was handed over.
            var chunk = new AdapterChunk { Data = ByteString.CopyFrom(buffer, 0, read) };
            await responseStream.WriteAsync(chunk, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task<QueryUploadReply> QueryUpload(QueryUploadRequest request, ServerCallContext context)
    {
        NodeText.RequireDigest("run_digest", request.RunDigest);
        var identity = new UpdateOffer(
            context.NodeId(),
            request.RunDigest,
            request.Epoch,
            request.BaseVersion,
            UnknownDigest,
            request.UpdateDigest,
            0,
            [],
            []
        );
        // An update that was accepted before is known by its identity; whatever else is asked of a new one comes with its header.
        var answer = await grains.GetGrain<IRunGrain>(request.RunDigest).PrepareUploadAsync(identity);
        return answer.Receipt is { } receipt
            ? new QueryUploadReply { Receipt = signer.Sign(receipt) }
            : new QueryUploadReply
            {
                Committed = await intake.CommittedAsync(identity, answer.Owner, context.CancellationToken),
            };
    }

    /// <inheritdoc/>
    public override Task<UploadUpdateReply> UploadUpdate(
        IAsyncStreamReader<UploadUpdateRequest> requestStream,
        ServerCallContext context
    ) => intake.ReceiveAsync(requestStream, context.NodeId(), context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<HeartbeatReply> Heartbeat(HeartbeatRequest request, ServerCallContext context)
    {
        NodeText.Require(request);
        var command = await grains.GetGrain<INodeGrain>(context.NodeId()).HeartbeatAsync(request.ToGrain());
        var drain = command == NodeCommand.Continue && lifetime.ApplicationStopping.IsCancellationRequested;
        return new HeartbeatReply { Command = drain ? Command.Drain : command.ToMessage() };
    }

    private async Task<(string Digest, long Length)> VersionAsync(DownloadAdapterRequest request)
    {
        var version =
            await grains.GetGrain<IAdapterGrain>(request.RunDigest).VersionAsync(request.Version)
            ?? throw Unknown($"Run {request.RunDigest} has not published version {request.Version}.");
        var (digest, length) = request.Residual
            ? (version.ResidualDigest, version.ResidualLength)
            : (version.Digest, version.Length);
        return digest is null
            ? throw Unknown($"Version {request.Version} of run {request.RunDigest} has no residual.")
            : (digest, length);
    }

    private async Task<(string Digest, long Length)> InitialFactorsAsync(string run, CancellationToken cancellation)
    {
        var document = RunDocumentYaml.Parse(
            Encoding.UTF8.GetString(await grains.GetGrain<IRunGrain>(run).DocumentAsync() ?? [])
        );
        var digest =
            document.Adapter.Initialisation?.Sha256 ?? throw Unknown($"Run {run} takes its A factors from the seed.");
        return await blobs.LengthAsync(digest, cancellation) is { } length
            ? (digest, length)
            : throw Unknown($"The A factors of run {run} are no longer here.");
    }

    private static RpcException Unknown(string message) =>
        Refusals.Exception(new Refused(RejectionReason.UnknownBaseVersion, message, MayRetry: false));

    private static Refused? Unserved(NodeCapabilities? capabilities) =>
        ProtocolVersion.IsServed(capabilities?.ProtocolVersion ?? 0)
            ? null
            : new Refused(
                RejectionReason.UnsupportedProtocol,
                $"protocol_version = {capabilities?.ProtocolVersion ?? 0}; this silo serves {ProtocolVersion.Oldest} … "
                    + $"{ProtocolVersion.Current}. Install a fednode of the silo's release.",
                MayRetry: false
            );
}
