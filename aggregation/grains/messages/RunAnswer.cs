namespace Federated.Aggregation.Grains;

/// <summary>What a run has for one node. None of Assignment, Offer and Ended set: nothing now.</summary>
/// <param name="Assignment">Train from this version.</param>
/// <param name="Offer">Judge this document.</param>
/// <param name="Ended">The run is over, and the node took part.</param>
/// <param name="Waiting">What the node waits for; empty when the run is none of its business.</param>
/// <param name="Mark">What was looked at, for WaitForWorkAsync.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.run-answer")]
public sealed record RunAnswer(
    [property: Id(0)] WorkAssignment? Assignment,
    [property: Id(1)] DocumentOffer? Offer,
    [property: Id(2)] RunOutcome? Ended,
    [property: Id(3)] string Waiting,
    [property: Id(4)] long Mark
);
