using System.Globalization;
using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting;

/// <summary>The parameters that meet a target ε. Every answer is rounded to the safe side: the guarantee that it buys is checked, not assumed.</summary>
public static class NoiseCalibration
{
    private const double RelativeTolerance = 1e-4;
    private static readonly PldAccountant Rough = new(gap: 0.01);
    private static readonly ClosedFormAccountant ClosedForm = new();
    private const double LargestNoiseMultiplier = 1e6;
    private const long MostSteps = 1L << 40;

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
        Check(targetEpsilon, delta);
        PrivacyArgument.PositiveFinite(PrivacyArgument.SamplingRate(samplingRate), nameof(samplingRate));
        PrivacyArgument.AtLeastOne(steps, nameof(steps));
        var enough = Enough(
            noise => Plan(samplingRate, noise, steps),
            targetEpsilon,
            delta,
            start: 1,
            (1e-3, LargestNoiseMultiplier)
        );
        return enough is { } noise
            ? noise
            : throw Unreachable(
                targetEpsilon,
                delta,
                $"a noiseMultiplier over {LargestNoiseMultiplier}",
                "lower samplingRate or steps"
            );
    }

    /// <summary>The largest number of steps for which the plan is (ε, δ)-private.</summary>
    /// <param name="targetEpsilon">The ε not to exceed; finite and &gt; 0.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <param name="samplingRate">q in (0, 1].</param>
    /// <param name="noiseMultiplier">σ ÷ maxGradNorm, &gt; 0.</param>
    /// <returns>Steps; 0 if not even one is.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static long Steps(double targetEpsilon, double delta, double samplingRate, double noiseMultiplier)
    {
        Check(targetEpsilon, delta);
        PrivacyArgument.PositiveFinite(PrivacyArgument.SamplingRate(samplingRate), nameof(samplingRate));
        PrivacyArgument.NoiseMultiplier(noiseMultiplier);
        bool Meets(long steps) =>
            Accountants.Best(Plan(samplingRate, noiseMultiplier, steps), delta).Epsilon <= targetEpsilon;

        var (holds, fails) = (0L, 1L);
        while (Meets(fails))
        {
            (holds, fails) = (fails, 2 * fails);
            if (fails > MostSteps)
            {
                return holds;
            }
        }

        while (fails - holds > 1)
        {
            var middle = holds + ((fails - holds) / 2);
            (holds, fails) = Meets(middle) ? (middle, fails) : (holds, middle);
        }

        return holds;
    }

    /// <summary>The largest sampling rate (to 1e-4 relative, rounded down) for which the plan is (ε, δ)-private.</summary>
    /// <param name="targetEpsilon">The ε not to exceed; finite and &gt; 0.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <param name="noiseMultiplier">σ ÷ maxGradNorm, &gt; 0.</param>
    /// <param name="steps">The number of steps of the whole plan; ≥ 1.</param>
    /// <returns>q in [0, 1]; 0 if none above 1e-9 is.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double SamplingRate(double targetEpsilon, double delta, double noiseMultiplier, long steps)
    {
        Check(targetEpsilon, delta);
        PrivacyArgument.NoiseMultiplier(noiseMultiplier);
        PrivacyArgument.AtLeastOne(steps, nameof(steps));
        if (Accountants.Best(Plan(1, noiseMultiplier, steps), delta).Epsilon <= targetEpsilon)
        {
            return 1;
        }

        // In the inverse of the rate, ε falls, as it does in the noise.
        var enough = Enough(i => Plan(1 / i, noiseMultiplier, steps), targetEpsilon, delta, start: 64, (1, 1e9));
        return enough is { } inverse ? 1 / inverse : 0;
    }

    // A rough look finds the neighbourhood, at a tenth of the cost.
    private static double? Enough(
        Func<double, PrivacyEvent> plan,
        double targetEpsilon,
        double delta,
        double start,
        (double Least, double Most) range
    )
    {
        double Roughly(double at) => ClosedFormOr(Rough, plan(at), delta);
        double Exactly(double at) => Accountants.Best(plan(at), delta).Epsilon;

        return MonotoneSearch.Enough(Roughly, targetEpsilon, start, range.Least, range.Most, 0.01) is { } near
            ? MonotoneSearch.Enough(Exactly, targetEpsilon, near, range.Least, range.Most, RelativeTolerance, 1.01)
            : MonotoneSearch.Enough(Exactly, targetEpsilon, range.Most, range.Least, range.Most, RelativeTolerance);
    }

    private static double ClosedFormOr(PldAccountant otherwise, PrivacyEvent plan, double delta) =>
        ClosedForm.TryEpsilon(plan, delta, out var exact) ? exact.Epsilon : otherwise.Epsilon(plan, delta).Epsilon;

    private static void Check(double targetEpsilon, double delta)
    {
        PrivacyArgument.Epsilon(targetEpsilon, nameof(targetEpsilon));
        PrivacyArgument.Delta(delta);
    }

    private static InvalidOperationException Unreachable(
        double targetEpsilon,
        double delta,
        string needs,
        string fix
    ) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"targetEpsilon = {targetEpsilon} at delta = {delta} needs {needs}; raise targetEpsilon or delta, or {fix}"
            )
        );

    private static RepeatedEvent Plan(double samplingRate, double noiseMultiplier, long steps) =>
        new(new PoissonSampledGaussianEvent(samplingRate, noiseMultiplier), steps);
}
