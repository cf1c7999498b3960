using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>Where the composed loss must be known to read ε at δ: a tilt, and an interval that holds nearly all of the tilted mass.</summary>
/// <param name="Tilt">θ.</param>
/// <param name="Low">Lower end, a loss.</param>
/// <param name="High">Upper end.</param>
/// <param name="TailTilts">The extra tilts that prove the ends.</param>
/// <param name="LogOutside">ln of the tilted mass that lies beyond an end.</param>
internal readonly record struct LossWindow(
    double Tilt,
    double Low,
    double High,
    (double Above, double Below) TailTilts,
    double LogOutside
)
{
    private const double LargestTilt = 1e7;

    // The mass outside may be this small a part of what decides δ.
    private static readonly double LogNegligible = Math.Log(1e-6);

    // Rounding of one step's transform, times what the weights of δ sum up.
    private const double Rounding = 3e-13;

    // The grid that can be had, in points.
    private const double FinestSize = 1 << 18;

    /// <summary>The window for a first look, when nothing is known of ε.</summary>
    public static LossWindow Untilted(LossMoments moments, double delta) => At(moments, 0, Math.Log(delta));

    /// <summary>The window around ε by the Chernoff bound; for a δ too small for a first look.</summary>
    public static LossWindow Chernoff(LossMoments moments, double delta)
    {
        var logDelta = Math.Log(delta);
        double Bound(double t) => (moments.LogMoment(t) - logDelta) / t;
        return Around(moments, delta, double.NegativeInfinity, Bound(Minimise(Bound, 1e-4, LargestTilt)));
    }

    /// <summary>The window from which δ can best be read at ε.</summary>
    /// <remarks>
    /// At the saddle point, where the tilted mean is ε, the share of the tilted mass that decides δ is largest, and rounding matters least. But where a few large
    /// losses make the tail, that tilt gathers many of them and its window is long: the grid is coarse. A smaller tilt may cost less by both.
    /// </remarks>
    /// <param name="moments">Of the composed loss.</param>
    /// <param name="delta">δ.</param>
    /// <param name="lower">ε is not below.</param>
    /// <param name="upper">ε is not above.</param>
    public static LossWindow Around(LossMoments moments, double delta, double lower, double upper)
    {
        var saddle = Saddle(moments, upper);
        var (best, least) = (default(LossWindow), double.PositiveInfinity);
        foreach (var part in (ReadOnlySpan<double>)[1, 0.75, 0.5, 0.25, 0])
        {
            var tilt = part * saddle;
            var share = Math.Min(-4, Math.Log(delta) - moments.LogMoment(tilt) + (tilt * upper));
            var window = At(moments, tilt, share).Cut(delta, lower);
            // Rounding moves ln δ; the grid moves the variance of each step by about d²/2.
            var width = window.Length / FinestSize;
            var error =
                (Rounding * moments.Steps * Math.Exp(-share) / (1 + saddle))
                + (0.25 * moments.Steps * width * width * (1 + saddle));
            (best, least) = error < least ? (window, error) : (best, least);
        }

        return best;
    }

    private double Length => High - Low;

    // Mass from below the window comes in again at its top, at e^(−θ·length) of its weight: under a tilt that makes this nothing beside δ
    // the window need not reach below ε.
    private LossWindow Cut(double delta, double lower)
    {
        var low = lower - (0.02 * (High - lower));
        var length = Math.Max(High - low, (-LogNegligible - Math.Log(delta)) / Tilt);
        return length < Length ? this with { Low = low, High = low + length } : this;
    }

    private static double Saddle(LossMoments moments, double epsilon)
    {
        var (low, high) = (0.0, 1e-3);
        while (high < LargestTilt && moments.Mean(high) < epsilon)
        {
            (low, high) = (high, 2 * high);
        }

        for (var i = 0; i < 12; i++)
        {
            var middle = 0.5 * (low + high);
            (low, high) = moments.Mean(middle) < epsilon ? (middle, high) : (low, middle);
        }

        return low;
    }

    private static LossWindow At(LossMoments moments, double tilt, double logShare)
    {
        var here = moments.LogMoment(tilt);
        double End(double s) => (moments.LogMoment(tilt + s) - here - (logShare + LogNegligible)) / s;
        var least = Math.Max(1e-4, 1e-4 * tilt);
        var above = Minimise(End, least, LargestTilt);
        var below = Minimise(s => -End(-s), least, LargestTilt);
        return new LossWindow(tilt, End(-below), End(above), (above, -below), logShare + LogNegligible);
    }

    // One valley, on a logarithmic scale; a coarse answer is as valid as a fine one.
    private static double Minimise(Func<double, double> function, double least, double most)
    {
        const double Stride = 0.5;
        double At(double log) => function(Math.Exp(log));
        var (best, where, rises) = (double.PositiveInfinity, Math.Log(least), 0);
        for (var log = Math.Log(least); log <= Math.Log(most) && rises < 4; log += Stride)
        {
            var value = At(log);
            (best, where, rises) = value < best ? (value, log, 0) : (best, where, rises + 1);
        }

        var (refined, at) = GoldenSection.Minimise(At, where - Stride, where + Stride, 2e-2);
        return Math.Exp(refined < best ? at : where);
    }
}
