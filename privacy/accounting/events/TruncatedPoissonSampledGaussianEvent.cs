namespace Federated.Privacy.Accounting;

/// <summary>
/// A Poisson-sampled Gaussian step whose batch is capped: if more than maxBatchSize units joined, some are left out, by any rule that looks at membership and at
/// chance, never at content, and under which one more unit displaces at most one other.
/// </summary>
/// <remarks>
/// Let R be the units that joined beside the one that differs. If |R| &lt; maxBatchSize, nothing is cut: a sampled Gaussian of (q, σ). Otherwise, with a probability η that
/// does not depend on the unit, it takes another's place: it moves the sum by up to 2·maxGradNorm, a sampled Gaussian of (q, σ ÷ 2). Saying which case it was only adds to
/// what is seen; hockey-stick divergences are jointly convex, so of T steps k cost (q, σ ÷ 2) and the others (q, σ),
/// with k ~ Bin(T, η) (<see cref="TruncationCharge"/>). Neighbouring: add or remove one unit.
/// </remarks>
public sealed record TruncatedPoissonSampledGaussianEvent : PrivacyEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="samplingRate">q, the probability that a unit joins; in [0, 1].</param>
    /// <param name="noiseMultiplier">Noise standard deviation ÷ maxGradNorm; finite and &gt; 0.</param>
    /// <param name="maxBatchSize">Units in a batch, at most; ≥ 1.</param>
    /// <param name="populationSize">Units to draw from, at most; ≥ 1. A declared bound, not the data's own count.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public TruncatedPoissonSampledGaussianEvent(
        double samplingRate,
        double noiseMultiplier,
        long maxBatchSize,
        long populationSize
    )
    {
        SamplingRate = PrivacyArgument.SamplingRate(samplingRate);
        NoiseMultiplier = PrivacyArgument.NoiseMultiplier(noiseMultiplier);
        MaxBatchSize = PrivacyArgument.AtLeastOne(maxBatchSize, nameof(maxBatchSize));
        PopulationSize = PrivacyArgument.AtLeastOne(populationSize, nameof(populationSize));
    }

    /// <summary>q, the probability that a unit joins the step.</summary>
    public double SamplingRate { get; }

    /// <summary>Noise standard deviation ÷ maxGradNorm.</summary>
    public double NoiseMultiplier { get; }

    /// <summary>Units in a batch, at most.</summary>
    public long MaxBatchSize { get; }

    /// <summary>Units to draw from, at most.</summary>
    public long PopulationSize { get; }

    /// <summary>η: an upper bound on the probability that the cap is reached without the unit that differs.</summary>
    public double CapProbability => BinomialTail.Upper(MaxBatchSize, PopulationSize, SamplingRate);
}
