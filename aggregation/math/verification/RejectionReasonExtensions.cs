namespace Federated.Aggregation;

/// <summary>What a node should do about a refusal.</summary>
public static class RejectionReasonExtensions
{
    /// <summary>Whether the same call, later, can succeed.</summary>
    public static bool MayRetry(this RejectionReason reason) =>
        reason
            is RejectionReason.Unavailable
                or RejectionReason.RunNotRunning
                or RejectionReason.VersionClosing
                or RejectionReason.BytesMissing
                or RejectionReason.DigestMismatch;
}
