namespace Federated.Privacy.Accounting;

/// <summary>The ledger cannot be used as asked. Privacy fails closed: nothing may be trained or sent.</summary>
public abstract class LedgerException : Exception
{
    private protected LedgerException(string message, Exception? inner = null)
        : base(message, inner) { }
}
