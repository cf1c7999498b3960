namespace Federated.Privacy.Accounting;

/// <summary>The silo acknowledged a sealed update.</summary>
public sealed record ReleasedEntry : LedgerEntry
{
    /// <summary>SHA-256 of the sealed bytes.</summary>
    public required string UpdateDigest { get; init; }

    /// <summary>The silo's signed receipt, as it came.</summary>
    public required string Receipt { get; init; }
}
