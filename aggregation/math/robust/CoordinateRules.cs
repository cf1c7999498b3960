namespace Federated.Aggregation;

/// <summary>Robust rules on the values that the nodes have in one coordinate. Sorts its argument.</summary>
internal static class CoordinateRules
{
    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(Span<double> values)
    {
        values.Sort();
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    /// <summary>The mean without ⌊trim · n⌋ values at each end.</summary>
    public static double TrimmedMean(Span<double> values, double trim)
    {
        values.Sort();
        var cut = (int)Math.Floor(trim * values.Length);
        var kept = values[cut..(values.Length - cut)];
        var sum = 0.0;
        foreach (var value in kept)
        {
            sum += value;
        }

        return sum / kept.Length;
    }

    /// <summary>The value on both sides of which lies half of the weight, or the mean of the two between which it is cut in halves.</summary>
    /// <remarks>
    /// The point with the least Σ w |v − x|. It is inside the honest values while hostile nodes hold less than half of the weight, however large
    /// their values are. Sorts both arguments.
    /// </remarks>
    public static double WeightedMedian(Span<double> values, Span<double> weights)
    {
        var half = SortByValue(values, weights) / 2;
        var below = 0.0;
        for (var i = 0; i < values.Length - 1; i++)
        {
            below += weights[i];
            // Weights are rounded quotients, so halves are met but for rounding.
            if (Math.Abs(below - half) <= 1e-12 * half)
            {
                return (values[i] + values[i + 1]) / 2;
            }

            if (below > half)
            {
                return values[i];
            }
        }

        return values[^1];
    }

    /// <summary>The weighted mean without a share of the weight at each end; a value that the cut goes through counts with what is left of its weight.</summary>
    /// <remarks>A hostile value is cut off whole while hostile nodes hold no more than that share of the weight. Sorts both arguments.</remarks>
    public static double WeightedTrimmedMean(Span<double> values, Span<double> weights, double trim)
    {
        var total = SortByValue(values, weights);
        var (from, to) = (trim * total, (1 - trim) * total);
        var (below, sum, kept) = (0.0, 0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            var above = below + weights[i];
            var weight = Math.Max(0, Math.Min(above, to) - Math.Max(below, from));
            // Beside a value of 1e30 a weight of rounding would count.
            if (weight > 1e-12 * total)
            {
                sum += weight * values[i];
                kept += weight;
            }

            below = above;
        }

        return sum / kept;
    }

    private static double SortByValue(Span<double> values, Span<double> weights)
    {
        values.Sort(weights);
        var total = 0.0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        return total;
    }
}
