using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>What the silo answers to "is there work?".</summary>
internal abstract record CheckInAnswer
{
    private CheckInAnswer() { }

    /// <summary>The highest head of this node's ledger that the silo had seen before; a claim, to be compared.</summary>
    public LedgerHead? KnownLedger { get; init; }

    /// <summary>Train from this version.</summary>
    /// <param name="RunDigest">The run.</param>
    /// <param name="RunName">Its readable name.</param>
    /// <param name="Epoch">Rises when a silo's backup is restored.</param>
    /// <param name="BaseVersion">The version to start from.</param>
    /// <param name="BaseDigest">SHA-256 of its blob.</param>
    /// <param name="ResidualDigest">SHA-256 of the frozen products beside it; empty when there are none.</param>
    public sealed record Assignment(
        string RunDigest,
        string RunName,
        long Epoch,
        long BaseVersion,
        string BaseDigest,
        string ResidualDigest = ""
    ) : CheckInAnswer
    {
        /// <summary>The version to start from, with its digests.</summary>
        public PublishedVersion Base => new(BaseVersion, BaseDigest, ResidualDigest);
    }

    /// <summary>A run to judge.</summary>
    /// <param name="RunDigest">Claimed SHA-256 of the document.</param>
    /// <param name="Document">The canonical document.</param>
    public sealed record Offer(string RunDigest, byte[] Document) : CheckInAnswer;

    /// <summary>Nothing to do now.</summary>
    /// <param name="RetryAfter">When to ask again.</param>
    /// <param name="Reason">Why, for people.</param>
    public sealed record Wait(TimeSpan RetryAfter, string Reason) : CheckInAnswer;

    /// <summary>A run is over.</summary>
    /// <param name="RunDigest">The run.</param>
    /// <param name="Outcome">completed | failed | cancelled.</param>
    /// <param name="Reason">Why, for people.</param>
    /// <param name="FinalVersion">Its last published version.</param>
    /// <param name="FinalDigest">SHA-256 of that version's blob; empty when there is none.</param>
    /// <param name="FinalResidualDigest">SHA-256 of the frozen products beside it; empty when there are none.</param>
    public sealed record Ended(
        string RunDigest,
        string Outcome,
        string Reason,
        long FinalVersion,
        string FinalDigest,
        string FinalResidualDigest = ""
    ) : CheckInAnswer
    {
        /// <summary>Its last published version, with its digests; null when there is none.</summary>
        public PublishedVersion? Final =>
            FinalDigest.Length > 0 ? new(FinalVersion, FinalDigest, FinalResidualDigest) : null;
    }

    /// <summary>No, with the reason.</summary>
    /// <param name="Reason">By name.</param>
    /// <param name="Message">For people.</param>
    /// <param name="MayRetry">Whether asking later can help.</param>
    public sealed record Refused(string Reason, string Message, bool MayRetry) : CheckInAnswer;
}
