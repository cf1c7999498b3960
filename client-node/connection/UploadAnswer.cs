namespace Federated.ClientNode;

/// <summary>What the silo answers to an update.</summary>
internal abstract record UploadAnswer
{
    private UploadAnswer() { }

    /// <summary>Durable, and counted once.</summary>
    public sealed record Accepted(SignedReceipt Receipt) : UploadAnswer;

    /// <summary>Not taken.</summary>
    /// <param name="Reason">By name.</param>
    /// <param name="Message">For people.</param>
    /// <param name="MayRetry">Whether the same bytes may be taken later.</param>
    public sealed record Refused(string Reason, string Message, bool MayRetry) : UploadAnswer;
}
