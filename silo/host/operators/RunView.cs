using System.Collections.Immutable;
using Federated.Aggregation;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>A run as the operator API says it.</summary>
/// <param name="RunDigest">The run's identity.</param>
/// <param name="Name">Its readable name.</param>
/// <param name="Group">Its group.</param>
/// <param name="State">draft | recruiting | running | paused | completed | failed | cancelled.</param>
/// <param name="Reason">Why it is paused, failed or cancelled; else empty.</param>
/// <param name="PublishedVersion">The newest published version, -1 = none.</param>
/// <param name="Versions">Versions planned.</param>
/// <param name="Open">The version that updates arrive for, null = none.</param>
/// <param name="Nodes">N.</param>
/// <param name="Members">Nodes that have answered the document.</param>
/// <param name="CreatedAt">When it was submitted.</param>
/// <param name="ChangedAt">When it last changed.</param>
/// <param name="Revision">Rises with every change.</param>
/// <param name="EvaluatedVersion">The newest version that was judged on public records, -1 = none.</param>
/// <param name="PublicLoss">Its loss in nats a token; null = none.</param>
/// <param name="PublicAccuracy">Share of the records that it labels rightly, 0 … 1; null = none, or no classifier.</param>
/// <param name="Swept">What its retention has given up; null = nothing.</param>
public sealed record RunView(
    string RunDigest,
    string Name,
    string Group,
    RunPhase State,
    string Reason,
    long PublishedVersion,
    long Versions,
    OpenVersionStatus? Open,
    int Nodes,
    ImmutableArray<RunNodeStatus> Members,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    long Revision,
    long EvaluatedVersion,
    double? PublicLoss,
    double? PublicAccuracy,
    SweptUpdates? Swept
)
{
    /// <summary>From what the run says of itself.</summary>
    public static RunView Of(RunStatus run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new(
            run.RunDigest,
            run.Name,
            run.Group,
            run.Phase,
            run.Reason,
            run.LatestVersion,
            run.Versions,
            run.Open,
            run.Nodes,
            run.Members,
            run.CreatedAt,
            run.ChangedAt,
            run.Revision,
            run.EvaluatedVersion,
            run.PublicLoss,
            run.PublicAccuracy,
            run.Swept
        );
    }
}
