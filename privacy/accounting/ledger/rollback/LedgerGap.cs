namespace Federated.Privacy.Accounting;

/// <summary>Entries are missing: somebody holds a head that this ledger does not have.</summary>
/// <param name="Here">Where this ledger ends.</param>
/// <param name="Lost">The highest head that is missing.</param>
/// <param name="AlsoLost">Other missing heads that lie at or before <paramref name="Here"/>.</param>
/// <param name="MayBeForked">
/// False: this ledger is surely an older copy of the lost one, to which nothing was added since. True: both may have spent, each by itself, after the
/// entry where they part.
/// </param>
public sealed record LedgerGap(LedgerHead Here, LedgerHead Lost, IReadOnlyList<LedgerHead> AlsoLost, bool MayBeForked);
