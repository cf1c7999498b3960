namespace Federated.Adapters.Models;

/// <summary>The angle by which each pair of dimensions turns per position.</summary>
internal static class RopeFrequencies
{
    /// <summary>Computes the frequencies.</summary>
    /// <param name="headDim">Width of one head; even.</param>
    /// <param name="theta">Base of the geometric series.</param>
    /// <param name="scaling">How they are changed; null: not at all.</param>
    /// <returns>headDim / 2 angles in radians per position, the fastest first.</returns>
    public static double[] Of(int headDim, double theta, RopeScaling? scaling)
    {
        var plain = new double[headDim / 2];
        for (var i = 0; i < plain.Length; i++)
        {
            plain[i] = Math.Pow(theta, -2.0 * i / headDim);
        }

        return scaling?.Kind switch
        {
            "linear" => [.. plain.Select(frequency => frequency / scaling.Factor)],
            "llama3" => [.. plain.Select(frequency => Llama3(frequency, scaling))],
            "yarn" => Yarn(plain, headDim, theta, scaling),
            _ => plain,
        };
    }

    private static double Llama3(double frequency, RopeScaling scaling)
    {
        // How often the pair turns within the original context.
        var turns = scaling.OriginalContext * frequency / Math.Tau;
        if (turns < scaling.LowFrequencyFactor)
        {
            return frequency / scaling.Factor;
        }

        if (turns > scaling.HighFrequencyFactor)
        {
            return frequency;
        }

        var kept = (turns - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return ((1 - kept) * frequency / scaling.Factor) + (kept * frequency);
    }

    // YaRN, equations 17–23: fast pairs stay, slow ones are interpolated, a ramp over the dimensions between.
    private static double[] Yarn(double[] plain, int headDim, double theta, RopeScaling scaling)
    {
        double Dimension(double turns) =>
            headDim * Math.Log(scaling.OriginalContext / (turns * Math.Tau)) / (2 * Math.Log(theta));
        var (low, high) = (Dimension(scaling.BetaFast), Dimension(scaling.BetaSlow));
        if (scaling.Truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(low, 0), Math.Min(high, headDim - 1));
        high = low == high ? high + 0.001 : high;
        return
        [
            .. plain.Select(
                (frequency, i) =>
                {
                    var interpolated = Math.Clamp((i - low) / (high - low), 0, 1);
                    return (frequency / scaling.Factor * interpolated) + (frequency * (1 - interpolated));
                }
            ),
        ];
    }
}
