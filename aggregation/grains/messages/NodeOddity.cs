namespace Federated.Aggregation.Grains;

/// <summary>What a robust rule made of one node's update.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Score">Its distance from the result (or its norm), in multiples of the median of all nodes.</param>
/// <param name="Share">Its share in the result; null where each coordinate has its own.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.node-oddity")]
public sealed record NodeOddity(
    [property: Id(0)] string NodeId,
    [property: Id(1)] double Score,
    [property: Id(2)] double? Share
);
