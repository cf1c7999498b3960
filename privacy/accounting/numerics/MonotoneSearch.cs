namespace Federated.Privacy.Accounting.Numerics;

/// <summary>Inverts a falling function from the safe side.</summary>
internal static class MonotoneSearch
{
    /// <summary>The largest point, to 1e-10 below, at which something holds that holds up to a point and not beyond; 0 where it never does.</summary>
    /// <param name="holds">True up to a point.</param>
    /// <param name="most">Points above this are not tried.</param>
    public static double Last(Func<double, bool> holds, double most)
    {
        if (!holds(0))
        {
            return 0;
        }

        var (low, high) = (0.0, most);
        while (high - low > 1e-10)
        {
            var middle = 0.5 * (low + high);
            (low, high) = holds(middle) ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>A point at which the function is at most the target, within a relative tolerance above the least such point; null if there is none.</summary>
    /// <remarks>False position on logarithms with the Illinois change: a handful of evaluations where bisection takes twenty.</remarks>
    /// <param name="function">Falls with its argument.</param>
    /// <param name="target">Not to be exceeded; &gt; 0.</param>
    /// <param name="start">A first guess.</param>
    /// <param name="least">Points below this are not tried.</param>
    /// <param name="most">Points above this are not tried.</param>
    /// <param name="tolerance">Relative.</param>
    /// <param name="stride">Factor &gt; 1 by which the bracket around the guess grows.</param>
    public static double? Enough(
        Func<double, double> function,
        double target,
        double start,
        double least,
        double most,
        double tolerance,
        double stride = 2
    )
    {
        // ln of function ÷ target: positive where it is exceeded.
        double Excess(double at) => Math.Log(Math.Clamp(function(at) / target, 1e-9, 1e9));

        var (low, high) = (start, start);
        var atLow = Excess(start);
        var atHigh = atLow;
        while (atHigh > 0)
        {
            (low, atLow) = (high, atHigh);
            if (high >= most)
            {
                return null;
            }

            high = Math.Min(most, stride * high);
            atHigh = Excess(high);
        }

        while (atLow <= 0)
        {
            (high, atHigh) = (low, atLow);
            if (low <= least)
            {
                return low;
            }

            low = Math.Max(least, low / stride);
            atLow = Excess(low);
        }

        var (weightLow, weightHigh, kept) = (atLow, atHigh, 0);
        while (high - low > tolerance * high)
        {
            var share = weightLow / (weightLow - weightHigh);
            // Aimed a little above the root, so that the safe end closes in as well.
            var middle = low * Math.Pow(high / low, Math.Clamp(share, 0.02, 0.98)) * (1 + (0.3 * tolerance));
            middle = middle < high && middle > low ? middle : 0.5 * (low + high);
            var at = Excess(middle);
            if (at > 0)
            {
                (low, weightLow) = (middle, at);
                weightHigh = kept < 0 ? weightHigh / 2 : weightHigh;
                kept = -1;
            }
            else
            {
                (high, weightHigh) = (middle, Math.Min(at, -1e-12));
                weightLow = kept > 0 ? weightLow / 2 : weightLow;
                kept = 1;
            }
        }

        // What prints must still meet the target: six significant digits, upwards.
        var digits = Math.Pow(10, 5 - Math.Floor(Math.Log10(high)));
        var rounded = Math.Ceiling(high * digits) / digits;
        return function(rounded) <= target ? rounded : high;
    }
}
