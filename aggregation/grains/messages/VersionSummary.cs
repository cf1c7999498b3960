using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>A published version and how it came about.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Digest">SHA-256 of its adapter.</param>
/// <param name="Length">Bytes of its adapter.</param>
/// <param name="OpenedAt">When its updates began to arrive; null for version 0.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="Nodes">N at the merge, 0 for version 0.</param>
/// <param name="Updates">The frozen updates, those left out included.</param>
/// <param name="CoefficientSum">Σ c.</param>
/// <param name="NoiseAmplification">√Σ c².</param>
/// <param name="UniformNoiseAmplification">The same with ω = 1 and no lateness.</param>
/// <param name="StepNorm">How far the adapter moved.</param>
/// <param name="Remembered">Updates of earlier versions that were merged again; their blobs are kept.</param>
/// <param name="Robust">What the robust rule did; null without one.</param>
/// <param name="Merge">A MergeReport as JSON; null for version 0, and for versions of releases that knew one way to merge.</param>
/// <param name="ResidualLength">Bytes of the frozen products beside the adapter; 0 = none.</param>
/// <param name="Evaluation">A VersionEvaluation as JSON; null = not judged, or not yet.</param>
/// <param name="Central">What the silo's noise promises; null without it. Norms of single updates are 0 then: hidden.</param>
/// <param name="NoisedLoss">What nodes say with noise about it; null = nothing, or nothing yet.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.version-summary")]
public sealed record VersionSummary(
    [property: Id(0)] long Version,
    [property: Id(1)] string Digest,
    [property: Id(2)] long Length,
    [property: Id(3)] DateTimeOffset? OpenedAt,
    [property: Id(4)] DateTimeOffset PublishedAt,
    [property: Id(5)] int Nodes,
    [property: Id(6)] ImmutableArray<MergedUpdate> Updates,
    [property: Id(7)] double CoefficientSum,
    [property: Id(8)] double NoiseAmplification,
    [property: Id(9)] double UniformNoiseAmplification,
    [property: Id(10)] double StepNorm,
    [property: Id(11)] int Remembered,
    [property: Id(12)] RobustSummary? Robust,
    [property: Id(13)] byte[]? Merge,
    [property: Id(14)] long ResidualLength,
    [property: Id(15)] byte[]? Evaluation,
    [property: Id(16)] CentralSummary? Central,
    [property: Id(17)] NoisedLoss? NoisedLoss
);
