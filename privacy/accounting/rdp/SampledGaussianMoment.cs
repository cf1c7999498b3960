using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting;

/// <summary>
/// ln A(α), A(α) = E over x ~ N(0, σ²) of ((1−q) + q·e^((2x−1)/(2σ²)))^α, for every real order α &gt; 1: the moment behind the Rényi divergence
/// of the Poisson-sampled Gaussian, rdp(α) = ln A(α) ÷ (α−1).
/// </summary>
/// <remarks>
/// Mironov, Talwar, Zhang 2019 (arXiv 1908.10530), section 3. With u(x) = q·(e^((2x−1)/(2σ²)) − 1), E[u] = 0, hence
/// A − 1 = E[(1+u)^α − 1 − αu], whose integrand is never negative: no cancellation, full relative accuracy at q = 1e-6. The trapezoidal rule
/// converges geometrically, since the integrand is analytic in the strip |Im x| &lt; πσ² and decays like a Gaussian; the step below
/// makes its error about 1e-17 relative.
/// </remarks>
internal static class SampledGaussianMoment
{
    /// <summary>The quadrature has at most this many nodes; larger orders are not tried.</summary>
    public const double MaximumNodes = 40_000;

    // With little noise even small orders need many nodes; more than these take minutes.
    private const double MostNodes = 2e6;

    /// <summary>The largest order that <see cref="LogMoment"/> takes at this noise.</summary>
    public static double MaximumOrder(double noiseMultiplier) =>
        Math.Max(
            Math.Min(64, (MostNodes * Step(noiseMultiplier)) - (26 * noiseMultiplier)),
            (MaximumNodes * Step(noiseMultiplier)) - (26 * noiseMultiplier)
        );

    /// <summary>ln A(α) ≥ 0.</summary>
    /// <param name="samplingRate">q in [0, 1].</param>
    /// <param name="noiseMultiplier">σ &gt; 0.</param>
    /// <param name="order">α &gt; 1.</param>
    public static double LogMoment(double samplingRate, double noiseMultiplier, double order)
    {
        if (samplingRate == 0)
        {
            return 0;
        }

        var variance = noiseMultiplier * noiseMultiplier;
        if (samplingRate == 1)
        {
            return order * (order - 1) / (2 * variance);
        }

        var logRate = Math.Log(samplingRate);
        var step = Step(noiseMultiplier);
        var low = -13 * noiseMultiplier;
        var nodes = (long)Math.Ceiling((order + (26 * noiseMultiplier)) / step);
        var sum = new LogSum();
        for (var i = 0L; i <= nodes; i++)
        {
            var x = low + (i * step);
            var exponent = ((2 * x) - 1) / (2 * variance);
            sum.Add(LogExcess(samplingRate, logRate, exponent, order) + (-0.5 * x * x / variance));
        }

        var logExcess = sum.Value + Math.Log(step / noiseMultiplier) + Normal.LogDensity(0);
        return logExcess > 36 ? logExcess + Math.Exp(-logExcess) : SpecialFunctions.LogOnePlus(Math.Exp(logExcess));
    }

    /// <summary>The step of the trapezoidal rule at this noise.</summary>
    public static double Step(double noiseMultiplier)
    {
        var variance = noiseMultiplier * noiseMultiplier;
        var strip = 2 / ((44 / (Math.PI * Math.PI * variance)) + 0.5);
        return Math.Min(0.6 * noiseMultiplier, strip);
    }

    // ln((1+u)^α − 1 − αu), u = q(e^t − 1).
    private static double LogExcess(double rate, double logRate, double exponent, double order)
    {
        if (exponent > 600)
        {
            return order * (logRate + exponent);
        }

        var u = rate * SpecialFunctions.ExpMinusOne(exponent);
        if (Math.Abs(u) * Math.Max(1, order) < 0.05)
        {
            return Math.Log(Series(u, order));
        }

        var log = SpecialFunctions.LogOnePlus(u);
        var power = order * log;
        if (power > 40)
        {
            return power + SpecialFunctions.LogOnePlus(-(1 + (order * u)) * Math.Exp(-power));
        }

        return Math.Log(((1 + u) * SpecialFunctions.ExpMinusOne((order - 1) * log)) - ((order - 1) * u));
    }

    private static double Series(double u, double order)
    {
        var term = order * (order - 1) / 2 * u * u;
        var sum = term;
        for (var k = 3; k < 40 && Math.Abs(term) > 1e-18 * sum; k++)
        {
            term *= (order - k + 1) / k * u;
            sum += term;
        }

        return sum;
    }
}
