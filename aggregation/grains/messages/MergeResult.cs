namespace Federated.Aggregation.Grains;

/// <summary>A merged adapter, durable and not yet published.</summary>
/// <param name="Digest">SHA-256 of the blob.</param>
/// <param name="Length">Bytes of the blob.</param>
/// <param name="StepNorm">How far the adapter moved.</param>
/// <param name="OptimizerState">SHA-256 of the server optimizer's state; null where there is none.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.merge-result")]
public sealed record MergeResult(
    [property: Id(0)] string Digest,
    [property: Id(1)] long Length,
    [property: Id(2)] double StepNorm,
    [property: Id(3)] string? OptimizerState
);
