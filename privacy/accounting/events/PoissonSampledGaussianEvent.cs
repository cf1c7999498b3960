namespace Federated.Privacy.Accounting;

/// <summary>One DP-SGD step: every unit joins independently with probability q, secretly, then a Gaussian release of the sum of those that joined.</summary>
public sealed record PoissonSampledGaussianEvent : PrivacyEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="samplingRate">q, the probability that a unit joins; in [0, 1].</param>
    /// <param name="noiseMultiplier">Noise standard deviation ÷ L2 sensitivity; finite and &gt; 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public PoissonSampledGaussianEvent(double samplingRate, double noiseMultiplier)
    {
        SamplingRate = PrivacyArgument.SamplingRate(samplingRate);
        NoiseMultiplier = PrivacyArgument.NoiseMultiplier(noiseMultiplier);
    }

    /// <summary>q, the probability that a unit joins the step.</summary>
    public double SamplingRate { get; }

    /// <summary>Noise standard deviation ÷ L2 sensitivity.</summary>
    public double NoiseMultiplier { get; }
}
