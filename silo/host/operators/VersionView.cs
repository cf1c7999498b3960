using System.Collections.Immutable;
using Federated.Aggregation;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>A published version and how it came about, as the operator API says it.</summary>
/// <param name="Version">Its number; 0 = the initial adapter.</param>
/// <param name="AdapterDigest">SHA-256 of its blob.</param>
/// <param name="Length">Bytes of its blob.</param>
/// <param name="OpenedAt">When its updates began to arrive; null for version 0.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="Nodes">N at the merge, 0 for version 0.</param>
/// <param name="Updates">Its updates with staleness τ, weight ω and coefficient c.</param>
/// <param name="CoefficientSum">Σ c.</param>
/// <param name="NoiseAmplification">√Σ c².</param>
/// <param name="UniformNoiseAmplification">The same with ω = 1 and no lateness.</param>
/// <param name="StepNorm">How far the adapter moved.</param>
/// <param name="Remembered">Updates of earlier versions that were merged again (fedvarp, mifa); their blobs are kept.</param>
/// <param name="Robust">What the robust rule did; null without one.</param>
/// <param name="Merge">What the merge did; null for version 0.</param>
/// <param name="ResidualLength">Bytes of the frozen products beside the adapter; 0 = none.</param>
/// <param name="Evaluation">Its loss on the run's public records, and samples; null = not judged, or not yet.</param>
/// <param name="PublicLoss">The loss in nats a token; null = not judged.</param>
/// <param name="PublicAccuracy">Share of the records that it labels rightly, 0 … 1; null = not judged, or no classifier.</param>
/// <param name="Central">What the silo's noise promises; null without it. Norms of single updates are 0 then: hidden.</param>
/// <param name="NoisedLoss">What nodes say with noise about it on their own held-out records; null = nothing, or nothing yet.</param>
public sealed record VersionView(
    long Version,
    string AdapterDigest,
    long Length,
    DateTimeOffset? OpenedAt,
    DateTimeOffset PublishedAt,
    int Nodes,
    ImmutableArray<MergedUpdate> Updates,
    double CoefficientSum,
    double NoiseAmplification,
    double UniformNoiseAmplification,
    double StepNorm,
    int Remembered,
    RobustSummary? Robust,
    MergeReport? Merge,
    long ResidualLength,
    VersionEvaluation? Evaluation,
    double? PublicLoss,
    double? PublicAccuracy,
    CentralSummary? Central,
    NoisedLoss? NoisedLoss
)
{
    /// <summary>From what the run says of the version.</summary>
    public static VersionView Of(VersionSummary version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var evaluation = version.Evaluation is { } judged ? VersionEvaluation.FromJson(judged) : null;
        return new(
            version.Version,
            version.Digest,
            version.Length,
            version.OpenedAt,
            version.PublishedAt,
            version.Nodes,
            version.Updates,
            version.CoefficientSum,
            version.NoiseAmplification,
            version.UniformNoiseAmplification,
            version.StepNorm,
            version.Remembered,
            version.Robust,
            version.Merge is { } merge ? MergeReport.FromJson(merge) : null,
            version.ResidualLength,
            evaluation,
            evaluation?.NatsPerToken,
            evaluation?.Accuracy,
            version.Central,
            version.NoisedLoss
        );
    }
}
