using System.Text.Json.Serialization;

namespace Federated.Privacy.Accounting;

/// <summary>The final bytes of one update lie in the spool. Only these bytes may ever be sent for this base.</summary>
public sealed record SealedEntry : LedgerEntry
{
    /// <summary>SHA-256 of the sealed bytes.</summary>
    public required string UpdateDigest { get; init; }

    /// <summary>The version that training started from.</summary>
    public required long BaseVersion { get; init; }

    /// <summary>Noised steps inside the update.</summary>
    public required long StepsDone { get; init; }

    /// <summary>Noised metrics that travel with it: 0 or 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Metrics { get; init; }
}
