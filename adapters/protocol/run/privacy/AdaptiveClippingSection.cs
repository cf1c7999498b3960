namespace Federated.Protocol;

/// <summary>
/// A bound on gradients that follows a quantile of their norms (Andrew et al. 2021, arXiv 1905.03871). A part of each step's noise budget pays for a noisy count
/// of the records within the bound; gradient and count together cost exactly one step of privacy.noiseMultiplier.
/// </summary>
public sealed record AdaptiveClippingSection
{
    /// <summary>γ: share of the records whose gradients shall lie within the bound. (0, 1).</summary>
    public double TargetQuantile { get; init; } = 0.5;

    /// <summary>η of C ← C · exp(−η (b̃ − γ)). &gt; 0, at most 10.</summary>
    public double LearningRate { get; init; } = 0.2;

    /// <summary>σ_b: standard deviation of the noise on the count, in records. Over half of privacy.noiseMultiplier; a twentieth of expectedBatchSize is usual.</summary>
    public double NoiseMultiplier { get; init; }
}
