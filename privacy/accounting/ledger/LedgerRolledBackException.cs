namespace Federated.Privacy.Accounting;

/// <summary>Someone holds a later or another head than this ledger has: an older copy was restored, or the ledger was forked. What was spent since is unknown.</summary>
public sealed class LedgerRolledBackException : LedgerException
{
    internal LedgerRolledBackException(string path, LedgerHead here, LedgerHead known)
        : base(
            $"the ledger '{path}' ends at entry {here.Sequence}, but entry {known.Sequence} with hash {known.Hash} was confirmed before: an older or another copy was restored; restore the right one, or recover with a charge for the gap"
        ) => (Here, Known) = (here, known);

    /// <summary>Where this ledger ends.</summary>
    public LedgerHead Here { get; }

    /// <summary>What was confirmed before.</summary>
    public LedgerHead Known { get; }
}
