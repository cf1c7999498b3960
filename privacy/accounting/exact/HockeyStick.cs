using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting;

/// <summary>δ(ε), the hockey-stick divergence, of one Poisson-sampled Gaussian release in closed form, between two floating-point bounds.</summary>
/// <remarks>
/// Remove direction: P = (1−q)N(0,σ²) + qN(1,σ²) against Q = N(0,σ²); add direction: the reverse. Balle and Wang 2018, Theorem 8, is
/// the case q = 1, in which both are equal.
/// </remarks>
internal static class HockeyStick
{
    /// <summary>The larger of both directions.</summary>
    /// <param name="samplingRate">q in (0, 1].</param>
    /// <param name="noiseMultiplier">σ &gt; 0.</param>
    /// <param name="epsilon">ε ≥ 0.</param>
    /// <returns>A lower and an upper bound on δ.</returns>
    public static (double Lower, double Upper) Delta(double samplingRate, double noiseMultiplier, double epsilon)
    {
        var remove = Remove(samplingRate, noiseMultiplier, epsilon);
        if (samplingRate == 1)
        {
            return remove;
        }

        var add = Add(samplingRate, noiseMultiplier, epsilon);
        return (Math.Max(remove.Lower, add.Lower), Math.Max(remove.Upper, add.Upper));
    }

    private static (double Lower, double Upper) Remove(double rate, double noise, double epsilon)
    {
        // The likelihood ratio exceeds e^ε to the right of this threshold.
        var weight = epsilon > 600 ? epsilon : Math.Log(SpecialFunctions.ExpMinusOne(epsilon) + rate);
        var threshold = (noise * noise * (weight - Math.Log(rate))) + 0.5;
        return Difference(
            Math.Log(rate) + Normal.LogCdf((1 - threshold) / noise),
            weight + Normal.LogCdf(-threshold / noise)
        );
    }

    private static (double Lower, double Upper) Add(double rate, double noise, double epsilon)
    {
        var numerator = SpecialFunctions.ExpMinusOne(-epsilon) + rate;
        if (numerator <= 0)
        {
            return (0, 0);
        }

        var threshold = (noise * noise * Math.Log(numerator / rate)) + 0.5;
        // 1 − e^ε(1−q) = e^ε(e^−ε − 1 + q).
        return Difference(
            epsilon + Math.Log(numerator) + Normal.LogCdf(threshold / noise),
            epsilon + Math.Log(rate) + Normal.LogCdf((threshold - 1) / noise)
        );
    }

    // e^a − e^b between bounds; the logarithms are good to a few ulp of themselves.
    private static (double Lower, double Upper) Difference(double a, double b)
    {
        var error = 4e-15 * (2 + Math.Abs(a) + Math.Abs(b));
        var share = b >= a ? 0 : -SpecialFunctions.ExpMinusOne(b - a);
        var scale = Math.Exp(a);
        return (Math.Max(0, scale * (share - error) * (1 - 1e-13)), scale * (share + error) * (1 + 1e-13));
    }
}
