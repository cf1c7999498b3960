using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>Why a run is where it is.</summary>
/// <param name="Summary">One sentence.</param>
/// <param name="Details">What it waits for, node by node.</param>
/// <param name="NextAt">When something happens by itself; null = only by a node or the operator.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.run-explanation")]
public sealed record RunExplanation(
    [property: Id(0)] string Summary,
    [property: Id(1)] ImmutableArray<string> Details,
    [property: Id(2)] DateTimeOffset? NextAt
);
