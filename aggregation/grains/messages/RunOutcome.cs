namespace Federated.Aggregation.Grains;

/// <summary>A run is over.</summary>
/// <param name="RunDigest">The run.</param>
/// <param name="Outcome">completed | failed | cancelled.</param>
/// <param name="Reason">Why, in words; empty when completed.</param>
/// <param name="FinalVersion">The newest published version, -1 when there is none.</param>
/// <param name="FinalDigest">SHA-256 of its adapter, empty when there is none.</param>
/// <param name="FinalResidualDigest">SHA-256 of the frozen products beside its adapter, empty when there are none.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.run-outcome")]
public sealed record RunOutcome(
    [property: Id(0)] string RunDigest,
    [property: Id(1)] string Outcome,
    [property: Id(2)] string Reason,
    [property: Id(3)] long FinalVersion,
    [property: Id(4)] string FinalDigest,
    [property: Id(5)] string FinalResidualDigest
);
