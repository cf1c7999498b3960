namespace Federated.Aggregation.Grains;

/// <summary>What a run's retention has given up: its bytes are deleted, or about to be.</summary>
/// <param name="Updates">How many updates.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="LastVersion">The newest version that can no longer be replayed from them; 0 = they were in none.</param>
/// <param name="At">When the newest were given up.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.swept-updates")]
public sealed record SweptUpdates(
    [property: Id(0)] int Updates,
    [property: Id(1)] long Bytes,
    [property: Id(2)] long LastVersion,
    [property: Id(3)] DateTimeOffset At
);
