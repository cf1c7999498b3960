namespace Federated.Privacy.Accounting.Numerics;

/// <summary>ln(1+x) and eˣ−1 without cancellation, and ln Γ.</summary>
internal static class SpecialFunctions
{
    private static readonly double[] Stirling =
    [
        1.0 / 12,
        -1.0 / 360,
        1.0 / 1260,
        -1.0 / 1680,
        1.0 / 1188,
        -691.0 / 360360,
        1.0 / 156,
    ];

    /// <summary>ln(1 + x), relative error of a few ulp (Kahan's correction).</summary>
    public static double LogOnePlus(double x)
    {
        var u = 1 + x;
        if (u == 1)
        {
            return x;
        }

        return double.IsPositiveInfinity(u) ? u : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>eˣ − 1, relative error of a few ulp.</summary>
    public static double ExpMinusOne(double x)
    {
        if (Math.Abs(x) < 1e-3)
        {
            return x * (1 + (x / 2 * (1 + (x / 3 * (1 + (x / 4 * (1 + (x / 5 * (1 + (x / 6))))))))));
        }

        if (Math.Abs(x) > 0.5)
        {
            return Math.Exp(x) - 1;
        }

        // 2·sinh(x/2)·e^{x/2}: Math.Sinh keeps relative accuracy at small arguments.
        return 2 * Math.Sinh(x / 2) * Math.Exp(x / 2);
    }

    /// <summary>ln Γ(x) for x &gt; 0.</summary>
    public static double LogGamma(double x)
    {
        var shift = 0.0;
        while (x < 12)
        {
            shift += Math.Log(x);
            x++;
        }

        var inverse = 1 / x;
        var square = inverse * inverse;
        var series = 0.0;
        for (var i = Stirling.Length - 1; i >= 0; i--)
        {
            series = (series * square) + Stirling[i];
        }

        return ((x - 0.5) * Math.Log(x)) - x + 0.918938533204672741780329736406 + (series * inverse) - shift;
    }
}
