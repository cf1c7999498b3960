using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>The version that updates arrive for.</summary>
/// <param name="Version">Its number.</param>
/// <param name="OpenedAt">When it opened.</param>
/// <param name="Deadline">When the wait ends; null = never.</param>
/// <param name="Closing">Its list is frozen; it is being merged.</param>
/// <param name="Accepted">Updates it holds.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.open-version-status")]
public sealed record OpenVersionStatus(
    [property: Id(0)] long Version,
    [property: Id(1)] DateTimeOffset OpenedAt,
    [property: Id(2)] DateTimeOffset? Deadline,
    [property: Id(3)] bool Closing,
    [property: Id(4)] ImmutableArray<AcceptedStatus> Accepted
);
