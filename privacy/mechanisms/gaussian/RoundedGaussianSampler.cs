using System.Runtime.Intrinsics;

namespace Federated.Privacy.Mechanisms;

/// <summary>Samples round(N(0, σ²)) exactly, at nearly the cost of a floating-point Gaussian.</summary>
/// <remarks>
/// The Box–Muller transform of two uniform reals is an exact Gaussian pair. Its doubles are computed from 64 leading bits of each real, with a bound on
/// everything between them and the true value: the bits not drawn yet, the conversions, and 4 ulp for each of ln, √, sin and cos (measured
/// platforms stay below 1; the functions of four doubles at once below 3, and where they are not, <see cref="VectorFunctions"/> notices). If no rounding boundary n + ½ lies within the bound, the integer is certain. Otherwise (one pair in about ten million at σ = 2²²)
/// <see cref="ExactGaussianPair"/> draws 256 more bits of each real and computes on 384-bit integers. The total variation distance from the rounded
/// Gaussian is below 2⁻²⁰⁰ a sample, so T·d samples add nothing to any δ.
/// </remarks>
internal static class RoundedGaussianSampler
{
    // 2⁻⁴⁸, over twice the sum of the errors above: 2^−49.6 of the radius R, and 2^−52.4 ÷ R.
    private const double Error = 3.552713678800501e-15;
    private const double LargestDeviation = 1L << 46;
    private const ulong SmallestHead = 1UL << 53;
    private const double TwoToMinus64 = 1 / 18446744073709551616.0;
    private const double QuarterTurn = Math.PI / 2 / (1UL << 62);
    private const int BlockPairs = 128;
    private const int Lanes = 4;

    // Twice 2⁻¹¹, where the bits of one word become too few.
    private const double LongHead = 1 / 1024.0;

    private static readonly bool TakesFour = VectorFunctions.AreAccurate(Vector256.Log, Vector256.SinCos);

    /// <summary>Adds an independent sample to each value.</summary>
    /// <param name="values">Integers; the noisy integers afterwards.</param>
    /// <param name="deviation">σ in grid units; &gt; 0, at most 2⁴⁶.</param>
    /// <param name="stream">Uniform bits.</param>
    public static void Add(Span<long> values, double deviation, SecureRandomStream stream)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deviation, LargestDeviation);
        Span<ulong> words = stackalloc ulong[2 * BlockPairs];
        while (values.Length > 0)
        {
            var block = values[..Math.Min(values.Length, words.Length)];
            var pairs = (block.Length + 1) / 2;
            stream.Fill(words[..(2 * pairs)]);
            AddPairs(words[..pairs], words[pairs..(2 * pairs)], block[..pairs], block[pairs..], deviation, stream);
            words.Clear();
            values = values[block.Length..];
        }
    }

    // The second half may be one shorter.
    private static void AddPairs(
        ReadOnlySpan<ulong> heads,
        ReadOnlySpan<ulong> angles,
        Span<long> first,
        Span<long> second,
        double deviation,
        SecureRandomStream stream
    )
    {
        for (var i = 0; i < heads.Length; )
        {
            if (
                TakesFour
                && i + Lanes <= second.Length
                && TryFour(heads[i..], angles[i..], first[i..], second[i..], deviation)
            )
            {
                i += Lanes;
                continue;
            }

            for (var end = Math.Min(i + Lanes, heads.Length); i < end; i++)
            {
                var pair = Pair(heads[i], angles[i], deviation, stream);
                first[i] += pair.First;
                if (i < second.Length)
                {
                    second[i] += pair.Second;
                }
            }
        }
    }

    // Four pairs at once, by the steps of Decide; nothing is added unless all of them are certain.
    private static bool TryFour(
        ReadOnlySpan<ulong> heads,
        ReadOnlySpan<ulong> words,
        Span<long> first,
        Span<long> second,
        double deviation
    )
    {
        var word = Vector256.Create(words);
        var real = (Vector256.ConvertToDouble(Vector256.Create(heads)) + Vector256.Create(0.5)) * TwoToMinus64;
        var radius = Vector256.Sqrt(-2 * Vector256.Log(real));
        var turn = (Vector256.ConvertToDouble(word >> 2) + Vector256.Create(0.5)) * QuarterTurn;
        var (sine, cosine) = Vector256.SinCos(turn);
        var error = deviation * Error * (radius + (Vector256<double>.One / radius));
        var (one, two) = (deviation * radius * cosine, deviation * radius * sine);
        var (roundedOne, roundedTwo) = (
            Vector256.Floor(one + Vector256.Create(0.5)),
            Vector256.Floor(two + Vector256.Create(0.5))
        );
        var farthest = Vector256.Max(Vector256.Abs(one - roundedOne), Vector256.Abs(two - roundedTwo)) + error;
        // A comparison with NaN is false, so whatever went wrong is decided alone.
        if (
            !Vector256.LessThanAll(farthest, Vector256.Create(0.5))
            || !Vector256.GreaterThanAll(real, Vector256.Create(LongHead))
        )
        {
            return false;
        }

        Add(first, roundedOne, word & Vector256<ulong>.One);
        Add(second, roundedTwo, (word >> 1) & Vector256<ulong>.One);
        return true;
    }

    private static void Add(Span<long> values, Vector256<double> magnitudes, Vector256<ulong> signs)
    {
        var mask = -signs.AsInt64();
        var signed = (Vector256.ConvertToInt64(magnitudes) ^ mask) - mask;
        (Vector256.Create<long>(values) + signed).CopyTo(values);
    }

    // Reals: u = 0.(head)(tail…) in (0, 1) for the radius, v = 0.(angle)… in (0, 1) for a quarter turn; two bits for the signs.
    private static (long First, long Second) Pair(ulong head, ulong word, double deviation, SecureRandomStream stream)
    {
        var (signs, angle) = (word & 3, word >> 2);
        if (head < SmallestHead)
        {
            // Too few significant bits for a double: 64 more.
            var longer = ((UInt128)head << 64) | stream.NextUInt64();
            return longer < SmallestHead
                ? Signed(signs, ExactGaussianPair.Round(longer, 128, angle, deviation, stream))
                : Decide(longer, 128, Math.ScaleB((double)longer + 0.5, -128), signs, angle, deviation, stream);
        }

        return Decide(head, 64, (head + 0.5) * TwoToMinus64, signs, angle, deviation, stream);
    }

    private static (long First, long Second) Decide(
        UInt128 head,
        int bits,
        double real,
        ulong signs,
        ulong angle,
        double deviation,
        SecureRandomStream stream
    )
    {
        var radius = Math.Sqrt(-2 * Math.Log(real));
        var (sine, cosine) = Math.SinCos((angle + 0.5) * QuarterTurn);
        var error = deviation * Error * (radius + (1 / radius));
        var first = deviation * radius * cosine;
        var second = deviation * radius * sine;
        var (roundedFirst, roundedSecond) = (Math.Floor(first + 0.5), Math.Floor(second + 0.5));
        return IsCertain(first, roundedFirst, error) && IsCertain(second, roundedSecond, error)
            ? Signed(signs, ((long)roundedFirst, (long)roundedSecond))
            : Signed(signs, ExactGaussianPair.Round(head, bits, angle, deviation, stream));
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
