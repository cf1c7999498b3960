using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>The runs of a group at one moment.</summary>
/// <param name="Revision">Rises with every run.</param>
/// <param name="Runs">In the order of submission.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.group-runs")]
public sealed record GroupRuns([property: Id(0)] long Revision, [property: Id(1)] ImmutableArray<GroupRun> Runs);
