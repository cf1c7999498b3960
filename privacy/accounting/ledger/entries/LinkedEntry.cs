namespace Federated.Privacy.Accounting;

/// <summary>The owner said that two sources hold some of the same records: from here on they are one account, for good.</summary>
public sealed record LinkedEntry : LedgerEntry
{
    /// <summary>The owner's name for the one.</summary>
    public required string Source { get; init; }

    /// <summary>The owner's name for the other.</summary>
    public required string With { get; init; }
}
