using System.Text.Json.Serialization;
using Federated.Privacy.Accounting;

namespace Federated.Aggregation;

/// <summary>An update that has passed every check. Only <see cref="UpdateVerifier"/> makes one; a journal gives it back.</summary>
public sealed record AcceptedUpdate
{
    [JsonConstructor]
    internal AcceptedUpdate(
        string nodeId,
        long baseVersion,
        string baseDigest,
        string digest,
        long length,
        double norm,
        long acceptedInto,
        long ledgerSequence,
        string ledgerHash,
        AttestedMetric? metric = null
    )
    {
        NodeId = nodeId;
        BaseVersion = baseVersion;
        BaseDigest = baseDigest;
        Digest = digest;
        Length = length;
        Norm = norm;
        AcceptedInto = acceptedInto;
        LedgerSequence = ledgerSequence;
        LedgerHash = ledgerHash;
        Metric = metric;
    }

    /// <summary>The node, 64 hex digits.</summary>
    public string NodeId { get; }

    /// <summary>The version the update was computed from.</summary>
    public long BaseVersion { get; }

    /// <summary>SHA-256 of that version's adapter.</summary>
    public string BaseDigest { get; }

    /// <summary>SHA-256 of the sealed bytes.</summary>
    public string Digest { get; }

    /// <summary>Number of sealed bytes.</summary>
    public long Length { get; }

    /// <summary>‖Δ‖₂ over all trained parameters; 0 where it is hidden (central privacy).</summary>
    public double Norm { get; }

    /// <summary>The version that was open when the update was accepted; it is merged there.</summary>
    public long AcceptedInto { get; }

    /// <summary>Entry of the node's privacy ledger that pays for the update.</summary>
    public long LedgerSequence { get; }

    /// <summary>Hash of that ledger entry; it covers all earlier ones.</summary>
    public string LedgerHash { get; }

    /// <summary>The noised metric of the base version that came with it; null = none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AttestedMetric? Metric { get; }

    /// <summary>The identity inside the run.</summary>
    [JsonIgnore]
    public UpdateKey Key => new(NodeId, BaseVersion);
}
