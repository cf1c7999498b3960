namespace Federated.Privacy.Accounting;

/// <summary>Where the ledger stands; uploads carry it and receipts countersign it, so that an older copy is noticed.</summary>
/// <param name="Sequence">Of the last entry; 0 for an empty ledger.</param>
/// <param name="Hash">Of the last entry; of the header line for an empty ledger.</param>
public readonly record struct LedgerHead(long Sequence, string Hash);
