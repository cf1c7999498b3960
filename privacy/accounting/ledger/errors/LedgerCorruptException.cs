namespace Federated.Privacy.Accounting;

/// <summary>A line of the ledger does not fit its hash, its sequence or the rules of the ledger: it was changed by something else than this program.</summary>
public sealed class LedgerCorruptException : LedgerException
{
    internal LedgerCorruptException(string message, Exception? inner = null)
        : base(message, inner) { }
}
