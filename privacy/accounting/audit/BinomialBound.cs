using MathNet.Numerics;

namespace Federated.Privacy.Accounting;

/// <summary>How large a probability can be, given how often its event was seen (Clopper and Pearson 1934; exact, never optimistic).</summary>
public static class BinomialBound
{
    /// <summary>The one-sided upper bound.</summary>
    /// <param name="seen">How often the event was seen; 0 … <paramref name="trials"/>.</param>
    /// <param name="trials">Independent trials; ≥ 1.</param>
    /// <param name="significance">The probability that the bound is wrong; in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double Upper(long seen, long trials, double significance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(seen);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seen, trials);
        PrivacyArgument.Delta(significance, nameof(significance));
        if (seen == trials)
        {
            return 1;
        }

        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 200 && high - low > 1e-16 * high; i++)
        {
            // Pr[Bin(n, p) > k] = I_p(k + 1, n − k).
            var middle = 0.5 * (low + high);
            (low, high) =
                SpecialFunctions.BetaRegularized(seen + 1, trials - seen, middle) < 1 - significance
                    ? (middle, high)
                    : (low, middle);
        }

        return high;
    }
}
