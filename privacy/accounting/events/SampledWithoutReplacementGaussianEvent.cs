namespace Federated.Privacy.Accounting;

/// <summary>One release on a cohort of fixed size, drawn secretly and uniformly without replacement: DP-FedAvg with fixed cohorts.</summary>
/// <remarks>
/// Neighbouring: <b>replace</b> one unit by another (the number of units is public), where all other events add or remove one. Replacing moves a sum of contributions
/// bounded by C by up to 2C: noise of standard deviation s is the multiplier s ÷ (2C). Only the Rényi accountant has a bound, and no accountant composes the two relations.
/// </remarks>
public sealed record SampledWithoutReplacementGaussianEvent : PrivacyEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="populationSize">Units to draw from; ≥ 1.</param>
    /// <param name="sampleSize">Units drawn; in [1, populationSize].</param>
    /// <param name="noiseMultiplier">Noise standard deviation ÷ (2 × L2 bound of one contribution); finite and &gt; 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public SampledWithoutReplacementGaussianEvent(long populationSize, long sampleSize, double noiseMultiplier)
    {
        PopulationSize = PrivacyArgument.AtLeastOne(populationSize, nameof(populationSize));
        SampleSize = PrivacyArgument.AtLeastOne(sampleSize, nameof(sampleSize));
        if (sampleSize > populationSize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sampleSize),
                sampleSize,
                $"sampleSize = {sampleSize}; expected at most populationSize = {populationSize}"
            );
        }

        NoiseMultiplier = PrivacyArgument.NoiseMultiplier(noiseMultiplier);
    }

    /// <summary>Units to draw from.</summary>
    public long PopulationSize { get; }

    /// <summary>Units drawn.</summary>
    public long SampleSize { get; }

    /// <summary>Noise standard deviation ÷ replace-one sensitivity.</summary>
    public double NoiseMultiplier { get; }
}
