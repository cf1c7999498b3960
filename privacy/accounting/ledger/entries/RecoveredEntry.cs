namespace Federated.Privacy.Accounting;

/// <summary>
/// The owner accepted that entries are lost, and charged for what they may have spent. The sequence goes on after the lost ones. All plans from before
/// end here: what was sealed under them in the lost entries is unknown, and more could overrun them.
/// </summary>
public sealed record RecoveredEntry : LedgerEntry
{
    /// <summary>Sequence of the last entry known to be lost.</summary>
    public required long LostSequence { get; init; }

    /// <summary>Hash of that entry.</summary>
    public required string LostHash { get; init; }

    /// <summary>Other entries known to be lost, whose sequences this ledger uses for entries of its own.</summary>
    public IReadOnlyList<LedgerHead> AlsoLost { get; init; } = [];

    /// <summary>What each source is charged for the gap.</summary>
    public required IReadOnlyList<RecoveredCharge> Charges { get; init; }

    /// <summary>Why, for people.</summary>
    public required string Reason { get; init; }
}
