namespace Federated.Privacy.Accounting.Numerics;

/// <summary>The standard normal distribution, with full relative accuracy in both tails.</summary>
/// <remarks>Rational approximations of W. J. Cody, Math. Comp. 23 (1969) 631–638; relative error below 1e-15 where the result is a normal double.</remarks>
internal static class Normal
{
    private const double Sqrt32 = 5.656854249492380195206754896838;
    private const double InverseSqrtTwoPi = 0.398942280401432677939946059934;
    private const double HalfLogTwoPi = 0.918938533204672741780329736406;

    private static readonly double[] A =
    [
        2.2352520354606839287,
        161.02823106855587881,
        1067.6894854603709582,
        18154.981253343561249,
        .065682337918207449113,
    ];

    private static readonly double[] B =
    [
        47.20258190468824187,
        976.09855173777669322,
        10260.932208618978205,
        45507.789335026729956,
    ];

    private static readonly double[] C =
    [
        .39894151208813466764,
        8.8831497943883759412,
        93.506656132177855979,
        597.27027639480026226,
        2494.5375852903726711,
        6848.1904505362823326,
        11602.651437647350124,
        9842.7148383839780218,
        1.0765576773720192317e-8,
    ];

    private static readonly double[] D =
    [
        22.266688044328115691,
        235.38790178262499861,
        1519.377599407554805,
        6485.558298266760755,
        18615.571640885098091,
        34900.952721145977266,
        38912.003286093271411,
        19685.429676859990727,
    ];

    private static readonly double[] P =
    [
        .21589853405795699,
        .1274011611602473639,
        .022235277870649807,
        .001421619193227893466,
        2.9112874951168792e-5,
        .02307344176494017303,
    ];

    private static readonly double[] Q =
    [
        1.28426009614491121,
        .468238212480865118,
        .0659881378689285515,
        .00378239633202758244,
        7.29751555083966205e-5,
    ];

    /// <summary>φ(x).</summary>
    public static double Density(double x) => InverseSqrtTwoPi * Math.Exp(-0.5 * x * x);

    /// <summary>Φ(x) = Pr[N(0,1) ≤ x].</summary>
    public static double Cdf(double x)
    {
        var y = Math.Abs(x);
        if (y <= 0.67448975)
        {
            return 0.5 + Centre(x);
        }

        var tail = GaussianKernel(y) * TailRatio(y);
        return x > 0 ? 1 - tail : tail;
    }

    /// <summary>ln Φ(x), finite far beyond where Φ(x) underflows.</summary>
    public static double LogCdf(double x)
    {
        if (x > 0.67448975)
        {
            return SpecialFunctions.LogOnePlus(-Cdf(-x));
        }

        return x > -0.67448975 ? Math.Log(0.5 + Centre(x)) : (-0.5 * x * x) + Math.Log(TailRatio(-x));
    }

    /// <summary>Φ(b) − Φ(a) for a ≤ b, from the nearer tail.</summary>
    public static double Interval(double a, double b) => a >= 0 ? Cdf(-a) - Cdf(-b) : Cdf(b) - Cdf(a);

    /// <summary>A point z with Φ(−z) ≤ exp(<paramref name="logMass"/>); the smallest such to about 1e-3.</summary>
    public static double TailPoint(double logMass)
    {
        var (low, high) = (-10.0, Math.Sqrt(Math.Max(0, -2 * logMass)) + 10.0);
        while (high - low > 1e-3)
        {
            var middle = 0.5 * (low + high);
            (low, high) = LogCdf(-middle) > logMass ? (middle, high) : (low, middle);
        }

        return high;
    }

    // Φ(−y) / exp(−y²/2) for y > 0.674: the scaled tail.
    private static double TailRatio(double y)
    {
        if (y <= Sqrt32)
        {
            var numerator = C[8] * y;
            var denominator = y;
            for (var i = 0; i < 7; i++)
            {
                numerator = (numerator + C[i]) * y;
                denominator = (denominator + D[i]) * y;
            }

            return (numerator + C[7]) / (denominator + D[7]);
        }

        var square = 1 / (y * y);
        var top = P[5] * square;
        var bottom = square;
        for (var i = 0; i < 4; i++)
        {
            top = (top + P[i]) * square;
            bottom = (bottom + Q[i]) * square;
        }

        var correction = square * (top + P[4]) / (bottom + Q[4]);
        return (InverseSqrtTwoPi - correction) / y;
    }

    private static double Centre(double x)
    {
        var square = x * x;
        var numerator = A[4] * square;
        var denominator = square;
        for (var i = 0; i < 3; i++)
        {
            numerator = (numerator + A[i]) * square;
            denominator = (denominator + B[i]) * square;
        }

        return x * (numerator + A[3]) / (denominator + B[3]);
    }

    // exp(−y²/2) with y² split, so that its rounding does not become a relative error of y²·2⁻⁵³.
    private static double GaussianKernel(double y)
    {
        var coarse = Math.Truncate(y * 16) / 16;
        var rest = (y - coarse) * (y + coarse);
        return Math.Exp(-0.5 * coarse * coarse) * Math.Exp(-0.5 * rest);
    }

    /// <summary>ln φ(x).</summary>
    public static double LogDensity(double x) => (-0.5 * x * x) - HalfLogTwoPi;
}
