using System.Globalization;
using System.Security.Cryptography;
using Federated.Privacy.Accounting;
using Federated.Protocol;
using Federated.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using LedgerHead = Federated.Protocol.V1.LedgerHead;

namespace Federated.Silo.Tests;

/// <summary>A node made of raw calls, so that it can also do what a real one never would.</summary>
internal sealed class TestNode : IDisposable
{
    private const string Service = "/federated.v1.Federation/";

    private readonly GrpcChannel _channel;
    private readonly NodeIdentity _identity;
    private LedgerHead _ledger = new();

    public TestNode(Uri silo, NodeIdentity? identity = null)
    {
        _identity = identity ?? NodeIdentity.Create();
        _channel = GrpcChannel.ForAddress(silo);
        Calls = new Federation.FederationClient(_channel);
    }

    public ECDsa Key => _identity.Key;

    public Federation.FederationClient Calls { get; }

    /// <summary>The noised metric that this node attests with each update.</summary>
    public AttestedMetric? Metric { get; set; }

    public string Id => _identity.Id.Value;

    public static NodeCapabilities Capabilities => new() { ProtocolVersion = ProtocolVersion.Current };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The same node, calling another address.</summary>
    public TestNode At(Uri silo) => new(silo, _identity) { _ledger = _ledger };

    /// <summary>A node that has joined.</summary>
    public static async Task<TestNode> JoinedAsync(SiloUnderTest silo)
    {
        using var client = silo.Operator();
        var invitation = await client.PostAsync<IssuedInvitation>("/api/invitations", null, Cancellation);
        var node = new TestNode(silo.Host.GrpcAddress);
        await node.JoinAsync(invitation.Token);
        return node;
    }

    public async Task<JoinReply> JoinAsync(string token, byte[]? proof = null, string name = "a test") =>
        await Calls.JoinAsync(
            new JoinRequest
            {
                Token = token,
                PublicKey = ByteString.CopyFrom(Key.ExportSubjectPublicKeyInfo()),
                Proof = ByteString.CopyFrom(proof ?? JoinProof.Sign(Key, token)),
                DisplayName = name,
                Capabilities = Capabilities,
            },
            cancellationToken: Cancellation
        );

    /// <summary>The metadata of a call, by default signed as it should be.</summary>
    public CallOptions Signed(string method, ECDsa? by = null, TimeSpan ago = default, string? signedMethod = null)
    {
        var time = (TimeProvider.System.GetUtcNow() - ago).ToUnixTimeMilliseconds();
        var signature = NodeCallSignature.Sign(by ?? Key, Service + (signedMethod ?? method), Id, time);
        return new CallOptions(
            new Metadata
            {
                { NodeCallSignature.NodeKey, Id },
                { NodeCallSignature.TimeKey, time.ToString(CultureInfo.InvariantCulture) },
                { NodeCallSignature.SignatureKey, Convert.ToBase64String(signature) },
            },
            cancellationToken: Cancellation
        );
    }

    /// <summary>Checks in until the silo has something to say.</summary>
    public async Task<CheckInReply> CheckInAsync()
    {
        // A guard of minutes and no measure: on a busy machine a version may take its time.
        for (var left = 15; ; left--)
        {
            var reply = await CheckInAsync(waitMilliseconds: 20_000);
            if (reply.Wait is null || left == 0)
            {
                return reply;
            }
        }
    }

    public async Task<CheckInReply> CheckInAsync(int waitMilliseconds) =>
        await Calls.CheckInAsync(
            new CheckInRequest
            {
                Capabilities = Capabilities,
                WaitMs = waitMilliseconds,
                LedgerHead = _ledger,
            },
            Signed("CheckIn")
        );

    /// <summary>Accepts the document that is offered.</summary>
    public async Task ConsentAsync(string runDigest)
    {
        var offer = (await CheckInAsync()).Offer;
        Assert.Equal(runDigest, offer.RunDigest);
        Assert.Equal(runDigest, CanonicalRunDocument.Digest(offer.Document.Span));
        var reply = await Calls.ConsentAsync(
            new ConsentRequest { RunDigest = runDigest, Accepted = true },
            Signed("Consent")
        );
        Assert.True(reply.Admitted, reply.Reason);
    }

    public Task<byte[]> DownloadAsync(string runDigest, long version, long offset = 0, bool residual = false) =>
        DownloadAsync(
            new DownloadAdapterRequest
            {
                RunDigest = runDigest,
                Version = version,
                Offset = offset,
                Residual = residual,
            }
        );

    public Task<byte[]> DownloadInitialFactorsAsync(string runDigest) =>
        DownloadAsync(new DownloadAdapterRequest { RunDigest = runDigest, InitialFactors = true });

    private async Task<byte[]> DownloadAsync(DownloadAdapterRequest request)
    {
        using var call = Calls.DownloadAdapter(request, Signed("DownloadAdapter"));
        using var bytes = new MemoryStream();
        await foreach (var chunk in call.ResponseStream.ReadAllAsync(Cancellation))
        {
            chunk.Data.WriteTo(bytes);
        }

        return bytes.ToArray();
    }

    /// <summary>What announces <paramref name="content"/> as this node's update of an assignment.</summary>
    public UploadHeader Header(Assignment work, byte[] content)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        _ledger = new LedgerHead { Sequence = 3, Hash = new string('a', 64) };
        var attestation = new Attestation
        {
            NodeId = _identity.Id,
            RunDigest = work.RunDigest,
            UpdateDigest = digest,
            BaseVersion = work.BaseVersion,
            BaseDigest = work.BaseDigest,
            Mechanism = Attestation.RoundedGaussian,
            NoiseMultiplier = 1,
            MaxGradNorm = 1,
            ExpectedBatchSize = 8,
            Steps = 2,
            Unit = "record",
            LedgerSequence = _ledger.Sequence,
            LedgerHead = _ledger.Hash,
            IsPrivate = true,
            Metric = Metric,
        };
        return new UploadHeader
        {
            RunDigest = work.RunDigest,
            Epoch = work.Epoch,
            BaseVersion = work.BaseVersion,
            BaseDigest = work.BaseDigest,
            UpdateDigest = digest,
            Length = content.Length,
            Attestation = ByteString.CopyFrom(attestation.ToCanonicalBytes()),
            AttestationSignature = ByteString.CopyFrom(attestation.Sign(_identity).Signature.Span),
        };
    }

    /// <summary>Sends a header and pieces as they are.</summary>
    public async Task<UploadUpdateReply> UploadAsync(UploadHeader header, params UploadChunk[] chunks)
    {
        using var call = Calls.UploadUpdate(Signed("UploadUpdate"));
        try
        {
            await call.RequestStream.WriteAsync(new UploadUpdateRequest { Header = header }, Cancellation);
            foreach (var chunk in chunks)
            {
                await call.RequestStream.WriteAsync(new UploadUpdateRequest { Chunk = chunk }, Cancellation);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The silo has answered before everything was sent: its answer says why.
        }

        return await call.ResponseAsync;
    }

    /// <summary>Sends a whole update.</summary>
    public Task<UploadUpdateReply> UploadAsync(Assignment work, byte[] content) =>
        UploadAsync(Header(work, content), Pieces(content));

    /// <summary>Content in pieces, from an offset on.</summary>
    public static UploadChunk[] Pieces(byte[] content, int from = 0, int? until = null) =>
        [
            .. content[from..(until ?? content.Length)]
                .Chunk(300)
                .Select(
                    (piece, index) =>
                        new UploadChunk { Offset = from + (index * 300), Data = ByteString.CopyFrom(piece) }
                ),
        ];

    public void Dispose()
    {
        _channel.Dispose();
        _identity.Dispose();
    }
}
