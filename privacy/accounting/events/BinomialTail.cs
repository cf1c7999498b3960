using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting;

/// <summary>Pr[Bin(n, p) ≥ k], from above.</summary>
internal static class BinomialTail
{
    /// <summary>A bound that is tight far above the mean, and 1 at the mean and below it.</summary>
    /// <remarks>Beyond k each term is at most r = (n−k)p ÷ ((k+1)(1−p)) times the one before: the tail is at most Pr[X = k] ÷ (1 − r).</remarks>
    /// <param name="least">k ≥ 0.</param>
    /// <param name="trials">n ≥ 0.</param>
    /// <param name="probability">p in [0, 1].</param>
    public static double Upper(long least, long trials, double probability)
    {
        if (least > trials || probability == 0)
        {
            return least > 0 ? 0 : 1;
        }

        var ratio = (trials - least) * probability / ((least + 1.0) * (1 - probability));
        if (least == 0 || !(ratio < 1))
        {
            return 1;
        }

        ReadOnlySpan<double> terms =
        [
            SpecialFunctions.LogGamma(trials + 1.0),
            -SpecialFunctions.LogGamma(least + 1.0),
            -SpecialFunctions.LogGamma(trials - least + 1.0),
            least * Math.Log(probability),
            (trials - least) * SpecialFunctions.LogOnePlus(-probability),
        ];
        var (log, size) = (0.0, 1.0);
        foreach (var term in terms)
        {
            (log, size) = (log + term, size + Math.Abs(term));
        }

        // The logarithms' rounding, on the safe side.
        var mass = Math.Exp(Math.Min(0, log + (1e-14 * size)));
        return Math.Min(1, Math.Max(mass, double.Epsilon) / (1 - ratio) * (1 + 1e-12));
    }
}
