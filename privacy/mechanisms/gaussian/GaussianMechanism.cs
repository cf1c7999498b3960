using System.Globalization;
using Federated.Privacy.Accounting;

namespace Federated.Privacy.Mechanisms;

/// <summary>
/// The production mechanism: the rounded Gaussian on a public integer grid. It adds round(N(0, σ²)) to every coordinate of an integer sum and
/// divides by the public expected batch size.
/// </summary>
/// <remarks>
/// Guarantee: one step is exactly one <see cref="PoissonSampledGaussianEvent"/>(q, noiseMultiplier), neighbours differing by one unit added or removed.
/// Proof: f is an integer vector whose L2 sensitivity on the grid is R = 2^bits, checked on integers by <see cref="GradientClipper"/>. With σ = noiseMultiplier · R and
/// rounding to the nearest integer, f + round(Z) = round(f + Z) for every real Z, since f is an integer. So the release is a
/// function of f + Z alone, the Gaussian mechanism of multiplier σ/R: post-processing. No step in it is rounded: the sum is integer arithmetic, and round(Z) is sampled
/// exactly (<see cref="RoundedGaussianSampler"/>), so neither the porosity of floating-point noise nor the rounding of the addition (Mironov 2012;
/// Haney et al. 2022) has anything to show. Scaling by C ÷ (R · expectedBatchSize) is public.
/// </remarks>
public static class GaussianMechanism
{
    /// <summary>Releases the sum, once.</summary>
    /// <param name="sum">The clipped sum; used up.</param>
    /// <param name="noiseMultiplier">σ ÷ maxGradNorm; in (0, 1e6]. Without noise there is only <see cref="NonPrivateMechanism"/>.</param>
    /// <param name="expectedBatchSize">The run's public divisor; finite and &gt; 0. Never the size of the batch at hand.</param>
    /// <param name="noise">The step's source.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range; the sum is untouched.</exception>
    /// <exception cref="InvalidOperationException">The sum was released before.</exception>
    public static NoisyGradient Release(
        ClippedSum sum,
        double noiseMultiplier,
        double expectedBatchSize,
        NoiseSource noise
    )
    {
        ArgumentNullException.ThrowIfNull(sum);
        ArgumentNullException.ThrowIfNull(noise);
        if (noiseMultiplier is not (> 0 and <= 1e6))
        {
            throw Refuse(
                nameof(noiseMultiplier),
                noiseMultiplier,
                "a number in (0, 1e6]; without noise use NonPrivateMechanism"
            );
        }

        var scale = Scale(sum.Grid, expectedBatchSize);
        var values = sum.Take();
        RoundedGaussianSampler.Add(values, noiseMultiplier * sum.Grid.Radius, noise.Noise);
        var isPrivate = noise.IsPrivate && sum.Batch.IsPrivate;
        PrivacyEvent privacyEvent = isPrivate
            ? new PoissonSampledGaussianEvent(sum.Batch.SamplingRate, noiseMultiplier)
            : new NonPrivateEvent();
        return new NoisyGradient(
            ToFloats(values, scale),
            privacyEvent,
            isPrivate ? noise.MechanismName : Attestation.TestGaussian,
            isPrivate
        );
    }

    internal static double Scale(IntegerGrid grid, double expectedBatchSize) =>
        expectedBatchSize > 0 && double.IsFinite(expectedBatchSize)
            ? grid.Unit / expectedBatchSize
            : throw Refuse(nameof(expectedBatchSize), expectedBatchSize, "a finite number > 0");

    internal static float[] ToFloats(long[] values, double scale)
    {
        var floats = new float[values.Length];
        for (var i = 0; i < floats.Length; i++)
        {
            floats[i] = (float)(values[i] * scale);
        }

        Array.Clear(values);
        return floats;
    }

    private static ArgumentOutOfRangeException Refuse(string name, double value, string expected) =>
        new(name, value, string.Create(CultureInfo.InvariantCulture, $"{name} = {value}; expected {expected}"));
}
