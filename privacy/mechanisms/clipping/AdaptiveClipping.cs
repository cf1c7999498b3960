using System.Globalization;
using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms;

/// <summary>
/// A bound that follows a quantile of the gradient norms, at no extra cost: a little of the noise budget pays for a noisy count of the units within the
/// bound (Andrew et al. 2021, arXiv 1905.03871).
/// </summary>
/// <remarks>
/// Guarantee: a step costs exactly one <see cref="PoissonSampledGaussianEvent"/>(q, noiseMultiplier), gradient and count together. The count is released as
/// Σ (2bᵢ − 1) on the integers, sensitivity 1, with a rounded Gaussian of deviation 2σ_b; then C ← C·exp(−η(b̃ − γ)) is
/// post-processing: C and b̃ are part of what was released.
/// </remarks>
public sealed class AdaptiveClipping
{
    private const double Range = 1e6;

    /// <summary>Starts with a bound.</summary>
    /// <param name="initialBound">C₀; finite and &gt; 0.</param>
    /// <param name="countNoise">σ_b, in units; a twentieth of the expected batch size is usual. More than half of the noise multiplier.</param>
    /// <param name="quantile">γ, the share of units that shall lie within the bound; in (0, 1).</param>
    /// <param name="learningRate">η &gt; 0.</param>
    /// <param name="bound">The bound that an earlier local program ended with; null: C₀.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public AdaptiveClipping(
        double initialBound,
        double countNoise,
        double quantile = 0.5,
        double learningRate = 0.2,
        double? bound = null
    )
    {
        InitialBound = Positive(initialBound, nameof(initialBound));
        MaxGradNorm = Within(Positive(bound ?? initialBound, nameof(bound)));
        CountNoise = Positive(countNoise, nameof(countNoise));
        LearningRate = Positive(learningRate, nameof(learningRate));
        Quantile = quantile is > 0 and < 1
            ? quantile
            : throw new ArgumentOutOfRangeException(
                nameof(quantile),
                quantile,
                string.Create(CultureInfo.InvariantCulture, $"quantile = {quantile}; expected a share in (0, 1)")
            );
    }

    /// <summary>C₀. The bound stays within a factor of 10⁶ of it, so that noise alone never takes it out of the range of numbers.</summary>
    public double InitialBound { get; }

    /// <summary>C for the next step.</summary>
    public double MaxGradNorm { get; private set; }

    /// <summary>σ_b.</summary>
    public double CountNoise { get; }

    /// <summary>γ.</summary>
    public double Quantile { get; }

    /// <summary>η.</summary>
    public double LearningRate { get; }

    /// <summary>Releases the gradient and moves the bound.</summary>
    /// <param name="sum">The step's clipped sum, clipped at <see cref="MaxGradNorm"/>; used up.</param>
    /// <param name="noiseMultiplier">z, what the step costs in all.</param>
    /// <param name="expectedBatchSize">The run's public divisor.</param>
    /// <param name="noise">The step's source.</param>
    /// <exception cref="ArgumentException">The sum was clipped at another bound.</exception>
    public NoisyGradient Release(ClippedSum sum, double noiseMultiplier, double expectedBatchSize, NoiseSource noise)
    {
        ArgumentNullException.ThrowIfNull(sum);
        if (sum.Sensitivity != MaxGradNorm)
        {
            throw new ArgumentException(
                $"the sum was clipped at {sum.Sensitivity}, the bound of this step is {MaxGradNorm}",
                nameof(sum)
            );
        }

        var gradientNoise = AdaptiveClippingBudget.GradientNoiseMultiplier(noiseMultiplier, CountNoise);
        var gradient = GaussianMechanism.Release(sum, gradientNoise, expectedBatchSize, noise);
        Span<long> count = [(2L * sum.WithinBound) - sum.Batch.Indices.Length];
        RoundedGaussianSampler.Add(count, 2 * CountNoise, noise.Noise);
        var share = (count[0] / (2 * expectedBatchSize)) + 0.5;
        MaxGradNorm = Within(MaxGradNorm * Math.Exp(-LearningRate * (Math.Clamp(share, -1, 2) - Quantile)));
        return gradient.At(
            gradient.IsPrivate
                ? new PoissonSampledGaussianEvent(sum.Batch.SamplingRate, noiseMultiplier)
                : gradient.Event
        );
    }

    private double Within(double bound) => Math.Clamp(bound, InitialBound / Range, InitialBound * Range);

    private static double Positive(double value, string name) =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(
                name,
                value,
                string.Create(CultureInfo.InvariantCulture, $"{name} = {value}; expected a finite number > 0")
            );
}
