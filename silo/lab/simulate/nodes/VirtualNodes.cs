using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Federated.Adapters;
using Federated.Aggregation.Grains;
using Federated.ClientNode;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>The nodes of a simulation: keys, attestations, and the calls to the grains that the gRPC service makes for a real node.</summary>
internal sealed class VirtualNodes
{
    /// <summary>The group that all virtual nodes belong to.</summary>
    public const string Group = "simulation";

    private const string Token = "simulation";
    private static readonly Refused NotAnswered = new(0, "the run neither accepted nor refused the update", false);

    private readonly SimulatedSilo _silo;
    private readonly IReadOnlyList<VirtualKey> _keys;
    private readonly Dictionary<string, int> _numbers;

    /// <summary>Nodes with some keys.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="keys">One for each node.</param>
    public VirtualNodes(SimulatedSilo silo, IReadOnlyList<VirtualKey> keys)
    {
        (_silo, _keys) = (silo, keys);
        _numbers = Enumerable.Range(0, Count).ToDictionary(Id, StringComparer.Ordinal);
    }

    /// <summary>N.</summary>
    public int Count => _keys.Count;

    /// <summary>A node's id: the fingerprint of its key.</summary>
    public string Id(int node) => _keys[node].Id.Value;

    /// <summary>A node's number by its id.</summary>
    public int Number(string id) => _numbers[id];

    /// <summary>All nodes become members of the group. Repeating it is harmless.</summary>
    public async Task JoinAsync(CancellationToken cancellation)
    {
        var group = _silo.Grains.GetGrain<IGroupGrain>(Group);
        var token = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Token)));
        await group.InviteAsync(new(token, DateTimeOffset.MaxValue, Count));
        for (var node = 0; node < Count; node++)
        {
            cancellation.ThrowIfCancellationRequested();
            var answer = await group.JoinAsync(new(token, _keys[node].PublicKey, NodeNames.Of(node)));
            Require(answer.Refused, $"{NodeNames.Of(node)} cannot join");
        }
    }

    /// <summary>All nodes accept a run's document. Repeating it is harmless.</summary>
    /// <param name="runDigest">The run.</param>
    /// <param name="records">How many records a node declares.</param>
    /// <param name="cancellation">Stops between nodes.</param>
    public async Task ConsentAsync(string runDigest, Func<int, long> records, CancellationToken cancellation)
    {
        var run = _silo.Grains.GetGrain<IRunGrain>(runDigest);
        for (var node = 0; node < Count; node++)
        {
            cancellation.ThrowIfCancellationRequested();
            await run.ConsentAsync(Id(node), accepted: true, "", records(node));
            await _silo.Activity.WhenIdleAsync();
        }
    }

    /// <summary>A node asks for work.</summary>
    /// <param name="node">The node.</param>
    /// <param name="lastBase">The newest version it has answered, −1 = none: its ledger ends there.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The work; null = there is none.</returns>
    public async Task<WorkAssignment?> CheckInAsync(int node, long lastBase, CancellationToken cancellation)
    {
        var checkIn = new NodeCheckIn(Ledger(node, lastBase), TimeSpan.Zero, [], "simulated");
        var answer = await _silo.Grains.GetGrain<INodeGrain>(Id(node)).CheckInAsync(checkIn, cancellation);
        Require(answer.Refused, $"{NodeNames.Of(node)} is turned away");
        return answer.Assignment;
    }

    /// <summary>A node fetches the version it was assigned.</summary>
    public async Task<VersionContent> DownloadAsync(
        int node,
        WorkAssignment assignment,
        AdapterLayout layout,
        CancellationToken cancellation
    )
    {
        var isMember = await _silo.Grains.GetGrain<IRunGrain>(assignment.RunDigest).IsMemberAsync(Id(node));
        var version = await _silo
            .Grains.GetGrain<IAdapterGrain>(assignment.RunDigest)
            .VersionAsync(assignment.BaseVersion);
        if (!isMember || version is null)
        {
            throw new SimulationException($"{NodeNames.Of(node)} may not have version {assignment.BaseVersion}");
        }

        return await VersionReading.ReadAsync(
            _silo.Blobs,
            version.Digest,
            version.ResidualDigest,
            layout,
            cancellation
        );
    }

    /// <summary>A node seals an update and sends it.</summary>
    /// <returns>Null when it was accepted; otherwise why not.</returns>
    public async Task<Refused?> UploadAsync(
        int node,
        WorkAssignment assignment,
        RunDocument document,
        AdapterLayout layout,
        float[] delta,
        CancellationToken cancellation
    )
    {
        var blob = UpdateBlob.Encode(
            layout.TrainedAt(assignment.BaseVersion),
            delta,
            BlobPrecisions.Parse(document.Adapter.UpdateDtype),
            words => Rounding(node, assignment.BaseVersion, words)
        );
        var digest = Convert.ToHexStringLower(SHA256.HashData(blob));
        var attestation = Attest(node, assignment, document, digest).ToCanonicalBytes();
        var offer = new UpdateOffer(
            Id(node),
            assignment.RunDigest,
            assignment.Epoch,
            assignment.BaseVersion,
            assignment.BaseDigest,
            digest,
            blob.Length,
            attestation,
            _keys[node].Sign(attestation)
        );
        var run = _silo.Grains.GetGrain<IRunGrain>(assignment.RunDigest);
        var early = await run.PrepareUploadAsync(offer);
        if (early.Refused is not null || early.Receipt is not null)
        {
            return early.Refused;
        }

        if (await _silo.Blobs.LengthAsync(BlobNames.Of(digest, early.Owner), cancellation) is null)
        {
            await _silo.Blobs.PutAsync(blob, early.Owner, cancellation);
        }

        var answer = await run.AcceptAsync(offer);
        return answer.Receipt is null ? answer.Refused ?? NotAnswered : null;
    }

    private Attestation Attest(int node, WorkAssignment assignment, RunDocument document, string updateDigest)
    {
        var ledger = Ledger(node, assignment.BaseVersion);
        return new()
        {
            NodeId = _keys[node].Id,
            RunDigest = assignment.RunDigest,
            UpdateDigest = updateDigest,
            BaseVersion = assignment.BaseVersion,
            BaseDigest = assignment.BaseDigest,
            Mechanism = Sealer.MechanismOf(document.Privacy),
            NoiseMultiplier = document.Privacy.NoiseMultiplier,
            MaxGradNorm = document.Privacy.MaxGradNorm,
            ExpectedBatchSize = document.Privacy.ExpectedBatchSize,
            Steps = document.Local.Steps,
            Unit = document.Privacy.Unit,
            LedgerSequence = ledger.Sequence,
            LedgerHead = ledger.Hash,
            IsPrivate = false,
        };
    }

    private static void Rounding(int node, long baseVersion, Span<ulong> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = Draw.Bits(node, DrawPurpose.Rounding, baseVersion, i);
        }
    }

    // One entry for each version answered: a position that follows from the version alone, and only rises.
    private LedgerMark Ledger(int node, long lastBase)
    {
        if (lastBase < 0)
        {
            return new(0, "");
        }

        var entry = string.Create(CultureInfo.InvariantCulture, $"{Id(node)}/{lastBase}");
        return new(lastBase + 1, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(entry))));
    }

    private static void Require(Refused? refused, string what)
    {
        if (refused is not null)
        {
            throw new SimulationException($"{what}: {refused.Message}");
        }
    }
}
