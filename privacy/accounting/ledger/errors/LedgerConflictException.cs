namespace Federated.Privacy.Accounting;

/// <summary>A request contradicts what the ledger already records.</summary>
public sealed class LedgerConflictException : LedgerException
{
    internal LedgerConflictException(string message, Exception? inner = null)
        : base(message, inner) { }
}
