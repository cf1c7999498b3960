namespace Federated.Privacy.Accounting;

/// <summary>
/// The plan ends; nothing more can be sealed under it. If nothing was ever sealed, nothing was released and the charge is returned; otherwise the
/// whole charge stays, since the server may have chosen when to stop.
/// </summary>
public sealed record ExpiredEntry : LedgerEntry
{
    /// <summary>Why, for people.</summary>
    public required string Reason { get; init; }
}
