using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.Aggregation.Grains.Tests;

/// <summary>A group, its nodes and one run, driven from outside as a host would do it.</summary>
internal sealed class Federation : IDisposable
{
    public static readonly ImmutableArray<LinearLayer> Layers =
    [
        new("model.layers.0.self_attn.q_proj", 6, 4),
        new("model.layers.0.self_attn.v_proj", 6, 5),
    ];

    /// <summary>A guard against waiting for ever, and no measure: a busy machine may be slow.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly SiloFixture _silo;
    private readonly long[] _ledger;
    private readonly bool _ownsNodes;

    private Federation(SiloFixture silo, string group, NodeIdentity[] nodes, bool owns, RunDocument document)
    {
        _silo = silo;
        Group = group;
        Nodes = nodes;
        _ownsNodes = owns;
        Document = document;
        Bytes = CanonicalRunDocument.Bytes(document);
        RunDigest = CanonicalRunDocument.Digest(Bytes);
        Layout = AdapterLayout.For(
            [.. Layers.Select(layer => new LinearShape(layer.Path, layer.InFeatures, layer.OutFeatures))],
            new(2, 4, LoraScaling.RsLora, document.Adapter.Targets, document.Adapter.Seed)
        );
        _ledger = new long[nodes.Length];
    }

    public string Group { get; }

    public NodeIdentity[] Nodes { get; }

    public RunDocument Document { get; }

    public byte[] Bytes { get; }

    public string RunDigest { get; }

    public AdapterLayout Layout { get; }

    public string Stream => StreamNames.OfRun(RunDigest);

    public IRunGrain Run => _silo.Grains.GetGrain<IRunGrain>(RunDigest);

    public IGroupGrain GroupGrain => _silo.Grains.GetGrain<IGroupGrain>(Group);

    public static RunDocument Some(CloseSection close, string group, string? name = null, int versions = 3) =>
        new()
        {
            Name = name,
            Participants = new() { Group = group },
            BaseModel = new() { Name = "tiny", Sha256 = new string('a', 64) },
            Adapter = new() { Rank = 2, Alpha = 4 },
            Privacy = new()
            {
                Mechanism = "gaussian",
                NoiseMultiplier = 1,
                ExpectedBatchSize = 32,
            },
            Local = new() { Steps = 20 },
            // Made-up updates are longer than honest ones.
            Aggregation = new()
            {
                Robust = new() { Method = "none", Bound = "none" },
            },
            Rounds = new()
            {
                Versions = versions,
                Close = close,
                MaxStaleness = 2,
                LeaveAfter = TimeSpan.FromHours(24),
            },
        };

    /// <summary>Nodes have joined; nothing is submitted.</summary>
    public static async Task<Federation> JoinedAsync(
        SiloFixture silo,
        int nodes,
        CloseSection close,
        string group,
        string? name = null,
        int versions = 3,
        Func<RunDocument, RunDocument>? change = null,
        NodeIdentity[]? identities = null
    )
    {
        var document = Some(close, group, name, versions);
        var federation = new Federation(
            silo,
            group,
            identities ?? [.. Enumerable.Range(0, nodes).Select(_ => NodeIdentity.Create())],
            identities is null,
            change is null ? document : change(document)
        );
        var token = TokenHash(group + name);
        await federation.GroupGrain.InviteAsync(new(token, silo.Time.GetUtcNow().AddDays(1), Math.Max(nodes, 1)));
        foreach (var node in federation.Nodes)
        {
            var answer = await federation.GroupGrain.JoinAsync(new(token, node.PublicKey.ToArray(), "some node"));
            Assert.Equal(node.Id.Value, answer.NodeId);
        }

        return federation;
    }

    /// <summary>All nodes have joined and consented; version 1 is open.</summary>
    public static async Task<Federation> RunningAsync(
        SiloFixture silo,
        int nodes,
        CloseSection close,
        string group,
        string? name = null,
        int versions = 3,
        Func<RunDocument, RunDocument>? change = null
    )
    {
        var federation = await JoinedAsync(silo, nodes, close, group, name, versions, change);
        await federation.SubmitAsync();
        for (var node = 0; node < nodes; node++)
        {
            Assert.True((await federation.Run.ConsentAsync(federation.Id(node), true, "")).Admitted);
        }

        await federation.UntilAsync(status => status.Open is not null);
        return federation;
    }

    public static string TokenHash(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public string Id(int node) => Nodes[node].Id.Value;

    public INodeGrain Node(int node) => _silo.Grains.GetGrain<INodeGrain>(Id(node));

    public async Task SubmitAsync()
    {
        var answer = await GroupGrain.SubmitAsync(new(Bytes, Layers));
        Assert.Null(answer.Error);
        Assert.Equal(RunDigest, answer.RunDigest);
    }

    /// <summary>Waits for the run to say what is expected.</summary>
    /// <param name="reached">What is expected.</param>
    /// <param name="clock">How far the clock goes on now and then; it stands still otherwise.</param>
    public async Task<RunStatus> UntilAsync(Func<RunStatus, bool> reached, TimeSpan clock = default)
    {
        using var limit = new CancellationTokenSource(Patience);
        RunStatus? status = null;
        while (true)
        {
            try
            {
                status = (await Run.StatusAsync())!;
                if (reached(status))
                {
                    return status;
                }

                var change = Run.WaitForChangeAsync(status.Revision, TimeSpan.FromSeconds(20), limit.Token);
                if (clock > TimeSpan.Zero)
                {
                    var pause = Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
                    await Task.WhenAny(change, pause);
                    _silo.Time.Advance(clock);
                    change.Ignore();
                }
                else
                {
                    await change.WaitAsync(limit.Token);
                }
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException(
                    $"the run stays in {status?.Phase}, version {status?.LatestVersion}, open {status?.Open}"
                );
            }
        }
    }

    public Task<RunStatus> PublishedAsync(long version, TimeSpan clock = default) =>
        UntilAsync(status => status.LatestVersion >= version, clock);

    /// <summary>What a node computes from a base: the same numbers in every test.</summary>
    public float[] Delta(int node, long baseVersion) =>
        [.. Enumerable.Range(0, (int)Layout.Count).Select(j => MathF.Sin((node * 1000) + (baseVersion * 100) + j) / 8)];

    public byte[] Blob(float[] delta) => AdapterBlob.Encode(AdapterBlobKind.Update, Layout, delta);

    public async Task<UpdateOffer> OfferAsync(int node, long baseVersion, float[]? delta = null)
    {
        var blob = Blob(delta ?? Delta(node, baseVersion));
        var digest = await _silo.Blobs.PutAsync(blob);
        var published = await _silo.Grains.GetGrain<IAdapterGrain>(RunDigest).VersionAsync(baseVersion);
        return Sign(
            node,
            new(
                Id(node),
                RunDigest,
                1,
                baseVersion,
                published?.Digest ?? new string('0', 64),
                digest,
                blob.Length,
                [],
                []
            )
        );
    }

    public UpdateOffer Sign(
        int node,
        UpdateOffer offer,
        Func<Attestation, Attestation>? change = null,
        NodeIdentity? signer = null
    )
    {
        var attestation = new Attestation
        {
            NodeId = (signer ?? Nodes[node]).Id,
            RunDigest = offer.RunDigest,
            UpdateDigest = offer.UpdateDigest,
            BaseVersion = offer.BaseVersion,
            BaseDigest = offer.BaseDigest,
            Mechanism = Attestation.RoundedGaussian,
            NoiseMultiplier = Document.Privacy.NoiseMultiplier,
            MaxGradNorm = Document.Privacy.MaxGradNorm,
            ExpectedBatchSize = Document.Privacy.ExpectedBatchSize,
            Steps = Document.Local.Steps,
            Unit = "record",
            LedgerSequence = ++_ledger[node],
            LedgerHead = TokenHash($"{Id(node)}/{_ledger[node]}"),
            IsPrivate = true,
        };
        attestation = change is null ? attestation : change(attestation);
        var canonical = attestation.ToCanonicalBytes();
        return offer with { Attestation = canonical, AttestationSignature = (signer ?? Nodes[node]).Sign(canonical) };
    }

    public async Task<UnsignedReceipt> UploadAsync(int node, long baseVersion)
    {
        var answer = await Run.AcceptAsync(await OfferAsync(node, baseVersion));
        Assert.Null(answer.Refused);
        return answer.Receipt!;
    }

    public IReadOnlyList<string> Kinds() => [.. _silo.Journal.Entries(Stream).Select(entry => entry.Kind)];

    public void Dispose()
    {
        foreach (var node in _ownsNodes ? Nodes : [])
        {
            node.Dispose();
        }
    }
}
