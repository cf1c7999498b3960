namespace Federated.Privacy.Accounting;

/// <summary>Someone holds a later or another head than this ledger has: an older copy was restored, or the ledger was forked. What was spent since is unknown.</summary>
public sealed class LedgerRolledBackException : LedgerException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The ledger.</param>
    /// <param name="gap">What is missing.</param>
    public LedgerRolledBackException(string path, LedgerGap gap)
        : base(
            $"the ledger '{path}' ends at entry {gap.Here.Sequence} with hash {gap.Here.Hash}, and entry {gap.Lost.Sequence} with hash {gap.Lost.Hash} "
                + "was confirmed before: an older or another copy was put back, and nothing more may be spent. Put the right copy back, or run "
                + "`fednode ledger recover`, which charges what the lost entries may have spent"
        ) => Gap = gap;

    /// <summary>Where this ledger ends, and what is missing.</summary>
    public LedgerGap Gap { get; }
}
