namespace Federated.Privacy.Accounting;

/// <summary>The owner accepted that entries are lost, and charged for what they may have spent. The sequence goes on after the lost ones.</summary>
public sealed record RecoveredEntry : LedgerEntry
{
    /// <summary>Sequence of the last entry known to be lost.</summary>
    public required long LostSequence { get; init; }

    /// <summary>Hash of that entry.</summary>
    public required string LostHash { get; init; }

    /// <summary>What each source is charged for the gap.</summary>
    public required IReadOnlyList<RecoveredCharge> Charges { get; init; }

    /// <summary>Why, for people.</summary>
    public required string Reason { get; init; }
}
