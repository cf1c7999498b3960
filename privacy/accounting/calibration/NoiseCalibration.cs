using System.Globalization;

namespace Federated.Privacy.Accounting;

/// <summary>The parameters that meet a target ε. Every answer is rounded to the safe side: the guarantee that it buys is checked, not assumed.</summary>
public static class NoiseCalibration
{
    private const double RelativeTolerance = 1e-4;
    private const double LargestNoiseMultiplier = 1e6;

    /// <summary>The least noise multiplier (to 1e-4 relative, rounded up) for which the whole plan is (ε, δ)-private.</summary>
    /// <param name="targetEpsilon">The ε not to exceed; finite and &gt; 0.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <param name="samplingRate">q in (0, 1].</param>
    /// <param name="steps">The number of steps of the whole plan; ≥ 1.</param>
    /// <returns>σ ÷ maxGradNorm.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    /// <exception cref="InvalidOperationException">No noise multiplier up to 1e6 meets the target.</exception>
    public static double NoiseMultiplier(double targetEpsilon, double delta, double samplingRate, long steps)
    {
        PrivacyArgument.Epsilon(targetEpsilon, nameof(targetEpsilon));
        PrivacyArgument.Delta(delta);
        PrivacyArgument.PositiveFinite(PrivacyArgument.SamplingRate(samplingRate), nameof(samplingRate));
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);

        bool Meets(double noise) => Accountants.Best(Plan(samplingRate, noise, steps), delta).Epsilon <= targetEpsilon;

        var (low, high) = (0.0, 1.0);
        while (!Meets(high))
        {
            (low, high) = (high, high * 2);
            if (high > LargestNoiseMultiplier)
            {
                throw new InvalidOperationException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"targetEpsilon = {targetEpsilon} at delta = {delta} needs a noiseMultiplier over {LargestNoiseMultiplier}; raise targetEpsilon or delta, or lower samplingRate or steps"
                    )
                );
            }
        }

        while (low == 0 && high > 1e-3)
        {
            var half = high / 2;
            if (Meets(half))
            {
                high = half;
            }
            else
            {
                low = half;
            }
        }

        while (high - low > RelativeTolerance * high)
        {
            var middle = Math.Sqrt(Math.Max(low, 1e-6) * high);
            (low, high) = Meets(middle) ? (low, middle) : (middle, high);
        }

        // What prints must still meet the target: six significant digits, upwards.
        var digits = Math.Pow(10, 5 - Math.Floor(Math.Log10(high)));
        var rounded = Math.Ceiling(high * digits) / digits;
        return Meets(rounded) ? rounded : high;
    }

    private static RepeatedEvent Plan(double samplingRate, double noiseMultiplier, long steps) =>
        new(new PoissonSampledGaussianEvent(samplingRate, noiseMultiplier), steps);
}
