using System.Text.Json.Serialization;

namespace Federated.Privacy.Accounting;

/// <summary>One line of the ledger. Its hash covers the whole line and the hash of the line before.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ReservedEntry), "reserved")]
[JsonDerivedType(typeof(SealedEntry), "sealed")]
[JsonDerivedType(typeof(ReleasedEntry), "released")]
[JsonDerivedType(typeof(ExpiredEntry), "expired")]
[JsonDerivedType(typeof(RecoveredEntry), "recovered")]
[JsonDerivedType(typeof(LinkedEntry), "linked")]
public abstract record LedgerEntry
{
    private protected LedgerEntry() { }

    /// <summary>1, 2, 3 …; only a recovered gap leaves numbers out.</summary>
    [JsonPropertyOrder(-4)]
    public long Sequence { get; init; }

    /// <summary>Hash of the entry before; of the header line for the first.</summary>
    [JsonPropertyOrder(-3)]
    public string Previous { get; init; } = "";

    /// <summary>When it was written, UTC, by this machine's clock. Nothing depends on it.</summary>
    [JsonPropertyOrder(-2)]
    public DateTimeOffset At { get; init; }

    /// <summary>The fencing token of the process that wrote it; never falls.</summary>
    [JsonPropertyOrder(-1)]
    public long Fence { get; init; }

    /// <summary>Which reservation the entry belongs to: the run digest and the source, hashed; <c>recovery</c> for a recovered gap, <c>link</c> for linked sources.</summary>
    [JsonPropertyOrder(0)]
    public required string ReservationId { get; init; }

    /// <summary>SHA-256 of this line without its hash; the chain.</summary>
    [JsonIgnore]
    public string Hash { get; init; } = "";
}
