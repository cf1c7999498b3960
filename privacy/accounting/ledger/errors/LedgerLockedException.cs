namespace Federated.Privacy.Accounting;

/// <summary>Another process holds the ledger, or has taken it over.</summary>
public sealed class LedgerLockedException : LedgerException
{
    internal LedgerLockedException(string message, Exception? inner = null)
        : base(message, inner) { }
}
