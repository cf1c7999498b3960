namespace Federated.Privacy.Accounting;

/// <summary>The ledger cannot be read or written (missing rights, read-only or full disk). Nothing was written.</summary>
public sealed class LedgerUnavailableException : LedgerException
{
    internal LedgerUnavailableException(string message, Exception? inner = null)
        : base(message, inner) { }
}
