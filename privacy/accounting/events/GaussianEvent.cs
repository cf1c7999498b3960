namespace Federated.Privacy.Accounting;

/// <summary>One Gaussian release of a sum: every unit takes part, noise of standard deviation noiseMultiplier × sensitivity.</summary>
public sealed record GaussianEvent : PrivacyEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="noiseMultiplier">Noise standard deviation ÷ L2 sensitivity; finite and &gt; 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The noise multiplier is outside its range.</exception>
    public GaussianEvent(double noiseMultiplier) => NoiseMultiplier = PrivacyArgument.NoiseMultiplier(noiseMultiplier);

    /// <summary>Noise standard deviation ÷ L2 sensitivity.</summary>
    public double NoiseMultiplier { get; }
}
