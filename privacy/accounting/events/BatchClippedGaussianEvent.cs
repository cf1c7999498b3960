namespace Federated.Privacy.Accounting;

/// <summary>
/// A step of the DP-LoRA paper's own algorithm: the gradient of a Poisson-sampled <i>batch</i> is clipped, each factor by itself, and every coordinate gets noise
/// of standard deviation noiseMultiplier × maxGradNorm.
/// </summary>
/// <remarks>
/// One unit can turn a clipped batch gradient into its opposite: it moves each factor by up to 2·maxGradNorm, k factors together by 2·√k·maxGradNorm.
/// The step is charged as a sampled Gaussian of noiseMultiplier ÷ (2·√k): σ ÷ (2√2) for the two factors of LoRA. Per-example clipping needs a
/// 2.8th of this noise for the same ε.
/// </remarks>
public sealed record BatchClippedGaussianEvent : PrivacyEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="samplingRate">q, the probability that a unit joins the batch; in [0, 1].</param>
    /// <param name="noiseMultiplier">Noise standard deviation ÷ L2 bound of one factor; finite and &gt; 0.</param>
    /// <param name="factors">How many parts are clipped by themselves; ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public BatchClippedGaussianEvent(double samplingRate, double noiseMultiplier, int factors = 2)
    {
        SamplingRate = PrivacyArgument.SamplingRate(samplingRate);
        NoiseMultiplier = PrivacyArgument.NoiseMultiplier(noiseMultiplier);
        Factors = (int)PrivacyArgument.AtLeastOne(factors, nameof(factors));
    }

    /// <summary>q, the probability that a unit joins the batch.</summary>
    public double SamplingRate { get; }

    /// <summary>Noise standard deviation ÷ L2 bound of one factor.</summary>
    public double NoiseMultiplier { get; }

    /// <summary>How many parts are clipped by themselves.</summary>
    public int Factors { get; }

    /// <summary>What the step is charged as.</summary>
    public double EffectiveNoiseMultiplier => NoiseMultiplier / (2 * Math.Sqrt(Factors));
}
