using System.Text.Json.Serialization;

namespace Federated.Privacy.Accounting;

/// <summary>Where the ledger stands; uploads carry it and receipts countersign it, so that an older copy is noticed.</summary>
/// <param name="Sequence">Of the last entry; 0 for an empty ledger.</param>
/// <param name="Hash">Of the last entry; of the header line for an empty ledger.</param>
public readonly record struct LedgerHead(long Sequence, string Hash)
{
    private const long HighestSequence = 1L << 62;

    /// <summary>No two copies of a ledger grow so far apart. Somebody who claims it would use up the numbers of the entries to come.</summary>
    public const long LargestGap = 1L << 32;

    /// <summary>Whether a ledger can have such a head at all. Whoever takes a head from the network asks this first.</summary>
    [JsonIgnore]
    public bool IsPlausible => Sequence is >= 0 and <= HighestSequence && LedgerDigest.Is(Hash);

    /// <summary>For people: the sequence and the beginning of the hash.</summary>
    public override string ToString() => $"entry {Sequence} ({(Hash is { Length: > 12 } ? Hash[..12] : Hash)})";
}
