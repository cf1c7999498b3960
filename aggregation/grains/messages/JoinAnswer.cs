namespace Federated.Aggregation.Grains;

/// <summary>A node id, or why not: exactly one of them.</summary>
/// <param name="NodeId">The node is a member of the group.</param>
/// <param name="Refused">Why not.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.join-answer")]
public sealed record JoinAnswer([property: Id(0)] string? NodeId, [property: Id(1)] Refused? Refused);
