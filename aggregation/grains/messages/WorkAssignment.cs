namespace Federated.Aggregation.Grains;

/// <summary>Train from this version.</summary>
/// <param name="RunDigest">The run.</param>
/// <param name="RunName">Its readable name.</param>
/// <param name="Epoch">The run's epoch.</param>
/// <param name="BaseVersion">The version to start from.</param>
/// <param name="BaseDigest">SHA-256 of its adapter.</param>
/// <param name="BaseLength">Bytes of its adapter.</param>
/// <param name="Deadline">When the wait for updates ends; late ones are still welcome. Null = no deadline.</param>
/// <param name="ResidualDigest">SHA-256 of the frozen products beside its adapter; empty when there are none.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.work-assignment")]
public sealed record WorkAssignment(
    [property: Id(0)] string RunDigest,
    [property: Id(1)] string RunName,
    [property: Id(2)] long Epoch,
    [property: Id(3)] long BaseVersion,
    [property: Id(4)] string BaseDigest,
    [property: Id(5)] long BaseLength,
    [property: Id(6)] DateTimeOffset? Deadline,
    [property: Id(7)] string ResidualDigest = ""
);
