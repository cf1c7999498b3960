namespace Federated.Aggregation.Grains;

/// <summary>The right to join a group: the token itself never reaches the journal.</summary>
/// <param name="TokenHash">SHA-256 of the token, 64 hex digits.</param>
/// <param name="ExpiresAt">From then on it is refused.</param>
/// <param name="MaxNodes">How many different nodes may use it. ≥ 1.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.invitation")]
public sealed record Invitation(
    [property: Id(0)] string TokenHash,
    [property: Id(1)] DateTimeOffset ExpiresAt,
    [property: Id(2)] int MaxNodes
);
