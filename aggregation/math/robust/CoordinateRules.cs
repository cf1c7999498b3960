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
}
