namespace Federated.Aggregation.Grains;

/// <summary>A merged adapter, durable and not yet published.</summary>
/// <param name="Digest">SHA-256 of the blob.</param>
/// <param name="Length">Bytes of the blob.</param>
/// <param name="StepNorm">How far the adapter moved.</param>
/// <param name="Report">A MergeReport as JSON.</param>
/// <param name="ResidualDigest">SHA-256 of the residual; null = none.</param>
/// <param name="ResidualLength">Bytes of the residual.</param>
/// <param name="TailDigest">SHA-256 of what is carried to the next merge; null = nothing.</param>
/// <param name="TailLength">Bytes of what is carried.</param>
/// <param name="OptimizerState">SHA-256 of the server optimizer's state; null where there is none.</param>
/// <param name="Centre">SHA-256 of where the robust rule starts in the next version; null = at zero.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.merge-result")]
public sealed record MergeResult(
    [property: Id(0)] string Digest,
    [property: Id(1)] long Length,
    [property: Id(2)] double StepNorm,
    [property: Id(3)] byte[] Report,
    [property: Id(4)] string? ResidualDigest,
    [property: Id(5)] long ResidualLength,
    [property: Id(6)] string? TailDigest,
    [property: Id(7)] long TailLength,
    [property: Id(8)] string? OptimizerState,
    [property: Id(9)] string? Centre
);
