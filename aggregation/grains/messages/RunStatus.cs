using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>A run as the operator sees it.</summary>
/// <param name="RunDigest">The run.</param>
/// <param name="Name">Its readable name.</param>
/// <param name="Group">Its group.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Reason">Why it is paused, failed or cancelled; else empty.</param>
/// <param name="LatestVersion">Newest published version, -1 = none.</param>
/// <param name="Versions">Versions planned.</param>
/// <param name="Open">The open version, null = none.</param>
/// <param name="Nodes">N.</param>
/// <param name="Members">Nodes that have answered the document.</param>
/// <param name="CreatedAt">When it was submitted.</param>
/// <param name="ChangedAt">When it last changed.</param>
/// <param name="Revision">Rises with every event; for WaitForChangeAsync.</param>
/// <param name="EvaluatedVersion">The newest version that was judged on public records, -1 = none.</param>
/// <param name="PublicLoss">Its loss in nats a token; null = none.</param>
/// <param name="PublicAccuracy">Share of the records that it labels rightly, 0 … 1; null = none, or no classifier.</param>
/// <param name="Swept">What its retention has given up; null = nothing.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.run-status")]
public sealed record RunStatus(
    [property: Id(0)] string RunDigest,
    [property: Id(1)] string Name,
    [property: Id(2)] string Group,
    [property: Id(3)] RunPhase Phase,
    [property: Id(4)] string Reason,
    [property: Id(5)] long LatestVersion,
    [property: Id(6)] long Versions,
    [property: Id(7)] OpenVersionStatus? Open,
    [property: Id(8)] int Nodes,
    [property: Id(9)] ImmutableArray<RunNodeStatus> Members,
    [property: Id(10)] DateTimeOffset CreatedAt,
    [property: Id(11)] DateTimeOffset ChangedAt,
    [property: Id(12)] long Revision,
    [property: Id(13)] long EvaluatedVersion,
    [property: Id(14)] double? PublicLoss,
    [property: Id(15)] double? PublicAccuracy,
    [property: Id(16)] SweptUpdates? Swept
);
