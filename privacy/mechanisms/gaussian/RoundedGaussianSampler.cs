namespace Federated.Privacy.Mechanisms;

/// <summary>Samples round(N(0, σ²)) exactly, at nearly the cost of a floating-point Gaussian.</summary>
/// <remarks>
/// The Box–Muller transform of two uniform reals is an exact Gaussian pair. Its doubles are computed from 64 leading bits of each real, with a bound on
/// everything between them and the true value: the bits not drawn yet, the conversions, and 4 ulp for each of ln, √, sin and cos (measured
/// platforms stay below 1). If no rounding boundary n + ½ lies within the bound, the integer is certain. Otherwise (about one pair in 2²⁰)
/// <see cref="ExactGaussianPair"/> draws 256 more bits of each real and computes on 384-bit integers. The total variation distance from the rounded
/// Gaussian is below 2⁻²⁰⁰ a sample, so T·d samples add nothing to any δ.
/// </remarks>
internal static class RoundedGaussianSampler
{
    // 2⁻⁴⁹: twice the sum of the errors above, relative for the radius.
    private const double Error = 1.7763568394002505e-15;
    private const double LargestDeviation = 1L << 46;

    /// <summary>Adds an independent sample to each value.</summary>
    /// <param name="values">Integers; the noisy integers afterwards.</param>
    /// <param name="deviation">σ in grid units; &gt; 0, at most 2⁴⁶.</param>
    /// <param name="stream">Uniform bits.</param>
    public static void Add(Span<long> values, double deviation, SecureRandomStream stream)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deviation, LargestDeviation);
        for (var i = 0; i < values.Length; i += 2)
        {
            var (first, second) = Next(deviation, stream);
            values[i] += first;
            if (i + 1 < values.Length)
            {
                values[i + 1] += second;
            }
        }
    }

    internal static (long First, long Second) Next(double deviation, SecureRandomStream stream)
    {
        // Reals: u = 0.(head)(tail…) in (0, 1) for the radius, v = 0.(angle)… in (0, 1) for a quarter turn; two bits for the signs.
        UInt128 head = stream.NextUInt64();
        var bits = 64;
        if (head < 1UL << 53)
        {
            head = (head << 64) | stream.NextUInt64();
            bits = 128;
        }

        var word = stream.NextUInt64();
        var (signs, angle) = (word & 3, word >> 2);

        var radius = Math.Sqrt(-2 * Math.Log(Math.ScaleB((double)head + 0.5, -bits)));
        var (sine, cosine) = Math.SinCos((angle + 0.5) * (Math.PI / 2 / (1UL << 62)));
        var error = deviation * Error * (radius + (1 / radius));
        var first = deviation * radius * cosine;
        var second = deviation * radius * sine;
        var (low, high) = (Math.Floor(first + 0.5), Math.Floor(second + 0.5));
        if (head < 1UL << 53 || !IsCertain(first, low, error) || !IsCertain(second, high, error))
        {
            return Signed(signs, ExactGaussianPair.Round(head, bits, angle, deviation, stream));
        }

        return Signed(signs, ((long)low, (long)high));
    }

    // |value − nearest| stays below one half even after the error. False for NaN and for an error of half a unit.
    private static bool IsCertain(double value, double nearest, double error) =>
        Math.Abs(value - nearest) + error < 0.5;

    private static (long First, long Second) Signed(ulong signs, (long First, long Second) magnitudes) =>
        (
            (signs & 1) == 0 ? magnitudes.First : -magnitudes.First,
            (signs & 2) == 0 ? magnitudes.Second : -magnitudes.Second
        );
}
