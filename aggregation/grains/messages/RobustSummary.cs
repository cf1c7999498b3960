using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>What a run's robust rule did in a version.</summary>
/// <param name="Method">The rule.</param>
/// <param name="Bound">The norm bound; null = none.</param>
/// <param name="Clipped">Updates that were longer, and were scaled down.</param>
/// <param name="SignalToNoise">The most that honest records can move an update, beside its noise; null without noise.</param>
/// <param name="Warning">Why the rule is powerless; empty when it is not.</param>
/// <param name="Nodes">How odd each node's update was.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.robust-summary")]
public sealed record RobustSummary(
    [property: Id(0)] RobustMethod Method,
    [property: Id(1)] double? Bound,
    [property: Id(2)] int Clipped,
    [property: Id(3)] double? SignalToNoise,
    [property: Id(4)] string Warning,
    [property: Id(5)] ImmutableArray<NodeOddity> Nodes
);
