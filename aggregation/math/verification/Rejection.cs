namespace Federated.Aggregation;

/// <summary>Why something is refused: expected between parties, hence a value and no exception.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Message">The field, the value and what was expected.</param>
public sealed record Rejection(RejectionReason Reason, string Message)
{
    /// <summary>Whether the same call, later, can succeed.</summary>
    public bool MayRetry => Reason.MayRetry();
}
