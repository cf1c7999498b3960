namespace Federated.Aggregation.Grains;

/// <summary>A node in a run.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Standing">Admitted, declined, suspended or left.</param>
/// <param name="Reason">Why, where it is not admitted; may be empty.</param>
/// <param name="WeightNext">ω of an update merged in the open version.</param>
/// <param name="Intervals">Recorded participation intervals.</param>
/// <param name="OpenInterval">Versions since the last one.</param>
/// <param name="Merged">Its updates merged so far.</param>
/// <param name="LastContact">Since this silo started; null = none.</param>
/// <param name="DeclaredRecords">What its owner declared, in a run that weighs by it; null in others.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.run-node-status")]
public sealed record RunNodeStatus(
    [property: Id(0)] string NodeId,
    [property: Id(1)] NodeStanding Standing,
    [property: Id(2)] string Reason,
    [property: Id(3)] double WeightNext,
    [property: Id(4)] long Intervals,
    [property: Id(5)] long OpenInterval,
    [property: Id(6)] int Merged,
    [property: Id(7)] DateTimeOffset? LastContact,
    [property: Id(8)] long? DeclaredRecords = null
);
