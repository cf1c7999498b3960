using Federated.Privacy.Accounting;
using Federated.Protocol;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using V1 = Federated.Protocol.V1;

namespace Federated.ClientNode;

/// <summary>The silo over gRPC: beside <see cref="SiloMessages"/> the only file that knows protobuf. Every call but Join is signed with the node's key.</summary>
internal sealed class FederationClient : ISiloConnection
{
    private const int ChunkBytes = 256 * 1024;

    /// <summary>How long a short call may take.</summary>
    internal static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(20);
    private readonly GrpcChannel _channel;
    private readonly V1.Federation.FederationClient _silo;
    private readonly NodeIdentity _identity;
    private readonly SignedCalls _calls;

    /// <summary>Opens a channel; nothing is sent yet.</summary>
    /// <param name="address">An address that <see cref="SiloAddress"/> accepts.</param>
    /// <param name="identity">Signs the calls.</param>
    /// <param name="time">The clock of signatures and deadlines.</param>
    public FederationClient(Uri address, NodeIdentity identity, TimeProvider time)
    {
        _identity = identity;
        _channel = GrpcChannel.ForAddress(
            address,
            new GrpcChannelOptions
            {
                MaxReceiveMessageSize = 8 << 20,
                DisposeHttpClient = true,
                HttpHandler = HandlerFor(address),
            }
        );
        _silo = new V1.Federation.FederationClient(_channel);
        _calls = new SignedCalls(_channel.Target, identity, time);
    }

    /// <summary>How this machine connects: plain HTTP stays on it, whatever proxy the environment names, and signed calls go nowhere else, whatever a silo answers.</summary>
    internal static SocketsHttpHandler HandlerFor(Uri address) =>
        new()
        {
            UseProxy = !address.IsLoopback,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            InitialHttp2StreamWindowSize = 1 << 20,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };

    /// <inheritdoc />
    public Task<Membership> JoinAsync(string token, string displayName, CancellationToken cancellation) =>
        _calls.TranslatedAsync(
            async () =>
            {
                var publicKey = _identity.PublicKey.ToArray();
                var reply = await _silo.JoinAsync(
                    new V1.JoinRequest
                    {
                        Token = token,
                        PublicKey = ByteString.CopyFrom(publicKey),
                        DisplayName = displayName,
                        Proof = ByteString.CopyFrom(JoinProof.Sign(_identity.Key, token)),
                        Capabilities = Capabilities(),
                    },
                    deadline: _calls.Deadline(CallDeadline),
                    cancellationToken: cancellation
                );
                return SiloMessages.Membership(reply);
            },
            cancellation
        );

    /// <inheritdoc />
    public Task<CheckInAnswer> CheckInAsync(
        LedgerHead ledger,
        TimeSpan wait,
        IReadOnlyCollection<string> declinedRuns,
        CancellationToken cancellation
    ) =>
        _calls.TranslatedAsync(
            async () =>
            {
                var reply = await _silo.CheckInAsync(
                    new V1.CheckInRequest
                    {
                        Capabilities = Capabilities(),
                        LedgerHead = new V1.LedgerHead { Sequence = ledger.Sequence, Hash = ledger.Hash },
                        WaitMs = (int)wait.TotalMilliseconds,
                        DeclinedRuns = { declinedRuns },
                    },
                    _calls.Signed("CheckIn"),
                    _calls.Deadline(wait + CallDeadline),
                    cancellation
                );
                return SiloMessages.Answer(reply);
            },
            cancellation
        );

    /// <inheritdoc />
    public Task<string?> ConsentAsync(
        string runDigest,
        bool accepted,
        string reason,
        long? declaredRecords,
        CancellationToken cancellation
    ) =>
        _calls.TranslatedAsync(
            async () =>
            {
                var reply = await _silo.ConsentAsync(
                    new V1.ConsentRequest
                    {
                        RunDigest = runDigest,
                        Accepted = accepted,
                        Reason = reason,
                        DeclaredRecords = declaredRecords ?? 0,
                    },
                    _calls.Signed("Consent"),
                    _calls.Deadline(CallDeadline),
                    cancellation
                );
                return accepted && !reply.Admitted ? SiloText.Plain(reply.Reason) : null;
            },
            cancellation
        );

    /// <inheritdoc />
    public Task DownloadAsync(
        string runDigest,
        long version,
        RunBlob blob,
        Stream target,
        CancellationToken cancellation
    ) =>
        _calls.TranslatedAsync<bool>(
            async () =>
            {
                var request = new V1.DownloadAdapterRequest
                {
                    RunDigest = runDigest,
                    Version = version,
                    Offset = target.Position,
                    Residual = blob == RunBlob.Residual,
                    InitialFactors = blob == RunBlob.InitialFactors,
                };
                using var call = _silo.DownloadAdapter(
                    request,
                    _calls.Signed("DownloadAdapter"),
                    cancellationToken: cancellation
                );
                await foreach (var chunk in call.ResponseStream.ReadAllAsync(cancellation))
                {
                    await target.WriteAsync(chunk.Data.Memory, cancellation);
                }

                return true;
            },
            cancellation
        );

    /// <inheritdoc />
    public Task<UploadAnswer> UploadAsync(
        SealedUpdate update,
        bool resume,
        Action<long> sent,
        CancellationToken cancellation
    ) =>
        _calls.TranslatedAsync(
            async () =>
            {
                long offset = 0;
                if (resume)
                {
                    var held = await _silo.QueryUploadAsync(
                        new V1.QueryUploadRequest
                        {
                            RunDigest = update.RunDigest,
                            Epoch = update.Epoch,
                            BaseVersion = update.BaseVersion,
                            UpdateDigest = update.UpdateDigest,
                        },
                        _calls.Signed("QueryUpload"),
                        _calls.Deadline(CallDeadline),
                        cancellation
                    );
                    if (held.Receipt is { } receipt)
                    {
                        return new UploadAnswer.Accepted(SiloMessages.Receipt(receipt));
                    }

                    offset = Math.Clamp(held.Committed, 0, update.Length);
                }

                return await SendAsync(update, offset, sent, cancellation);
            },
            cancellation
        );

    /// <inheritdoc />
    public Task<SiloCommand> HeartbeatAsync(NodeProgress progress, CancellationToken cancellation) =>
        _calls.TranslatedAsync(
            async () =>
            {
                var reply = await _silo.HeartbeatAsync(
                    new V1.HeartbeatRequest
                    {
                        RunDigest = progress.RunDigest,
                        BaseVersion = progress.BaseVersion,
                        Phase = (V1.Phase)progress.Phase,
                        Step = progress.Step,
                        Steps = progress.Steps,
                        BytesSent = progress.BytesSent,
                        BytesReceived = progress.BytesReceived,
                        EpsilonReserved = progress.EpsilonReserved,
                        EpsilonBudget = progress.EpsilonBudget,
                        EpsilonOfStepsDone = progress.EpsilonOfStepsDone,
                    },
                    _calls.Signed("Heartbeat"),
                    _calls.Deadline(CallDeadline),
                    cancellation
                );
                return reply.Command switch
                {
                    V1.Command.Cancel => SiloCommand.Cancel,
                    V1.Command.Pause => SiloCommand.Pause,
                    V1.Command.Drain => SiloCommand.Drain,
                    _ => SiloCommand.Continue,
                };
            },
            cancellation
        );

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<UploadAnswer> SendAsync(
        SealedUpdate update,
        long offset,
        Action<long> sent,
        CancellationToken cancellation
    )
    {
        using var call = _silo.UploadUpdate(_calls.Signed("UploadUpdate"), cancellationToken: cancellation);
        try
        {
            await call.RequestStream.WriteAsync(
                new V1.UploadUpdateRequest { Header = SiloMessages.Header(update) },
                cancellation
            );
            await using var bytes = update.OpenRead();
            bytes.Position = offset;
            while (offset < update.Length)
            {
                var chunk = new byte[Math.Min(ChunkBytes, update.Length - offset)];
                await bytes.ReadExactlyAsync(chunk, cancellation);
                await call.RequestStream.WriteAsync(
                    new V1.UploadUpdateRequest
                    {
                        Chunk = new V1.UploadChunk { Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(chunk) },
                    },
                    cancellation
                );
                offset += chunk.Length;
                sent(chunk.Length);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
            // The silo has ended the call: its answer says why, and a write failure hides it.
        }

        return SiloMessages.Answer(await call.ResponseAsync);
    }

    private static V1.NodeCapabilities Capabilities() =>
        new()
        {
            ProtocolVersion = ProtocolVersion.Current,
            SoftwareVersion = NodeVersion.Current,
            MergeFactors = { "b", "ab", "alternating", "core", "slices" },
        };
}
