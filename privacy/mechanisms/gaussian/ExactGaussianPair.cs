using System.Numerics;

namespace Federated.Privacy.Mechanisms;

/// <summary>Box–Muller on 384-bit fixed-point integers, for the rare pairs that doubles cannot decide.</summary>
internal static class ExactGaussianPair
{
    private const int Precision = 384;
    private const int MoreBits = 256;

    private static readonly BigInteger One = BigInteger.One << Precision;
    private static readonly BigInteger LogTwo = 2 * ArcTanh(One / 3);
    private static readonly BigInteger HalfPi = 2 * ((4 * ArcTanOfInverse(5)) - ArcTanOfInverse(239));

    /// <summary>The rounded magnitudes of the pair whose reals begin with the given bits.</summary>
    /// <param name="head">The first bits of the radius' real.</param>
    /// <param name="headBits">How many.</param>
    /// <param name="angle">The first 62 bits of the angle's real, a share of a quarter turn.</param>
    /// <param name="deviation">σ in grid units.</param>
    /// <param name="stream">Draws the following bits.</param>
    public static (long First, long Second) Round(
        UInt128 head,
        int headBits,
        ulong angle,
        double deviation,
        SecureRandomStream stream
    )
    {
        var radiusReal = Extend((BigInteger)head, stream);
        var angleReal = Extend(angle, stream);
        // u = 0 has probability 2⁻³²⁰ and no logarithm; the smallest positive value stands for it.
        var log = Log(BigInteger.Max(radiusReal, BigInteger.One), headBits + MoreBits);
        var radius = SquareRoot((-2 * log) << Precision);
        var turn = (angleReal * HalfPi) >> (62 + MoreBits);
        var cosine = Cosine(turn);
        var sine = Cosine(HalfPi - turn);
        return (Scale(radius, cosine, deviation), Scale(radius, sine, deviation));
    }

    private static BigInteger Extend(BigInteger value, SecureRandomStream stream)
    {
        for (var i = 0; i < MoreBits / 64; i++)
        {
            value = (value << 64) | stream.NextUInt64();
        }

        return value;
    }

    // ln(value · 2^−bits) in fixed point; value ≥ 1.
    private static BigInteger Log(BigInteger value, int bits)
    {
        var length = (int)value.GetBitLength();
        // mantissa in [1, 2)
        var shift = Precision - (length - 1);
        var mantissa = shift >= 0 ? value << shift : value >> -shift;
        var ratio = ((mantissa - One) << Precision) / (mantissa + One);
        return (2 * ArcTanh(ratio)) + ((length - 1 - bits) * LogTwo);
    }

    private static BigInteger ArcTanh(BigInteger x)
    {
        var square = (x * x) >> Precision;
        var (power, sum) = (x, x);
        for (var n = 3; !power.IsZero; n += 2)
        {
            power = (power * square) >> Precision;
            sum += power / n;
        }

        return sum;
    }

    private static BigInteger ArcTanOfInverse(int n)
    {
        var power = One / n;
        var sum = power;
        for (var k = 3; !power.IsZero; k += 2)
        {
            power /= -(n * n);
            sum += power / k;
        }

        return sum;
    }

    private static BigInteger Cosine(BigInteger x)
    {
        var square = (x * x) >> Precision;
        var (term, sum) = (One, One);
        for (var k = 2; !term.IsZero; k += 2)
        {
            term = -((term * square) >> Precision) / (k * (k - 1));
            sum += term;
        }

        return sum;
    }

    private static BigInteger SquareRoot(BigInteger value)
    {
        if (value.IsZero)
        {
            return value;
        }

        var root = BigInteger.One << (((int)value.GetBitLength() / 2) + 1);
        while (true)
        {
            var next = (root + (value / root)) >> 1;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }

    private static long Scale(BigInteger radius, BigInteger share, double deviation)
    {
        // The deviation is an integer times a power of two, exactly.
        var exponent = Math.ILogB(deviation) - 52;
        var mantissa = (long)Math.ScaleB(deviation, -exponent);
        var product = radius * BigInteger.Max(share, BigInteger.Zero) * mantissa;
        var fraction = (2 * Precision) - exponent;
        return (long)((product + (BigInteger.One << (fraction - 1))) >> fraction);
    }
}
