using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>What an audit tells its owner.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Subject">What was trained, for people.</param>
/// <param name="Result">Claimed, shown, and the most that could have been shown.</param>
internal sealed record AuditReport(AuditRequest Request, string Subject, AuditResult Result)
{
    /// <summary>What the same attack shows when the same training has no noise: the attack's power. Null where it is the ceiling by construction.</summary>
    public double? ShownWithoutNoise { get; init; }

    /// <summary>Whether the attack would notice missing noise. When it would not, "holds" says little.</summary>
    public bool NoticesMissingNoise => (ShownWithoutNoise ?? Result.Ceiling) > Result.ClaimedEpsilon;

    /// <summary>Counts and rates behind the result, by name.</summary>
    public required IReadOnlyDictionary<string, double> Details { get; init; }
}
