namespace Federated.Privacy.Accounting;

/// <summary>An audit of this size could not refute the claim even if there were no privacy at all, so its yes would say nothing.</summary>
public sealed class AuditTooSmallException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The claim, the ceiling, and what size would do.</param>
    public AuditTooSmallException(string message)
        : base(message) { }
}
