namespace Federated.Aggregation.Grains;

/// <summary>A run of a group.</summary>
/// <param name="RunDigest">The run.</param>
/// <param name="Name">Its readable name.</param>
/// <param name="SubmittedAt">When it was submitted.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.group-run")]
public sealed record GroupRun(
    [property: Id(0)] string RunDigest,
    [property: Id(1)] string Name,
    [property: Id(2)] DateTimeOffset SubmittedAt
);
