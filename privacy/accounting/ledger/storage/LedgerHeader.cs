namespace Federated.Privacy.Accounting;

/// <summary>The first line of a ledger.</summary>
internal sealed record LedgerHeader(string Format, int Version, Guid LedgerId, DateTimeOffset Created);
