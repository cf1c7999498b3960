namespace Federated.Aggregation.Grains;

/// <summary>A node of a group.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="DisplayName">A name for people.</param>
/// <param name="JoinedAt">When it joined.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.group-member")]
public sealed record GroupMember(
    [property: Id(0)] string NodeId,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateTimeOffset JoinedAt
);
