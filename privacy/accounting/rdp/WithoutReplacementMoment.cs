using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting;

/// <summary>(α−1)·rdp(α) of one Gaussian release on a cohort drawn without replacement, under replace-one adjacency: an upper bound.</summary>
/// <remarks>
/// Wang, Balle, Kasiviswanathan 2019 (arXiv 1808.00087), theorem 27, with the ternary divergences of its section 4 for the inner terms: for Gaussians
/// E_Q[(P/Q − 1)^l], l even, here by quadrature of a positive integrand where forward differences would cancel. Between integer orders the moment is convex, so
/// the chord is above it.
/// </remarks>
internal sealed class WithoutReplacementMoment
{
    /// <summary>Larger orders are not evaluated.</summary>
    public const double MaximumOrder = 512;

    // Above, the simple bound of the inner terms is as good.
    private const int MostTernary = 256;

    private readonly double _logRate;
    private readonly double _rate;
    private readonly double _variance;
    private readonly Dictionary<int, double> _ternary = [];
    private readonly Dictionary<int, double> _moments = [];

    /// <summary>Prepares one step.</summary>
    public WithoutReplacementMoment(SampledWithoutReplacementGaussianEvent step)
    {
        _rate = (double)step.SampleSize / step.PopulationSize;
        _logRate = Math.Log(_rate);
        _variance = step.NoiseMultiplier * step.NoiseMultiplier;
    }

    /// <summary>The bound at a real order α &gt; 1.</summary>
    public double LogMoment(double order)
    {
        if (_rate == 1)
        {
            return order * (order - 1) / (2 * _variance);
        }

        var below = Math.Max(1, (int)Math.Floor(order));
        var (low, high) = (AtInteger(below), AtInteger(below + 1));
        return low + ((order - below) * (high - low));
    }

    private double AtInteger(int order)
    {
        if (order == 1)
        {
            return 0;
        }

        if (_moments.TryGetValue(order, out var known))
        {
            return known;
        }

        var second = 1 / _variance;
        var sum = new LogSum();
        sum.Add(0);
        sum.Add(
            (2 * _logRate)
                + LogBinomial(order, 2)
                + Math.Min(Math.Log(4 * SpecialFunctions.ExpMinusOne(second)), second + Math.Log(2))
        );
        for (var j = 3; j <= order; j++)
        {
            var inner = Math.Log(2) + (j * (j - 1) / (2 * _variance));
            if (j < MostTernary)
            {
                inner = Math.Min(inner, Math.Log(4) + (0.5 * (Ternary(j - (j % 2)) + Ternary(j + (j % 2)))));
            }

            sum.Add((j * _logRate) + LogBinomial(order, j) + inner);
        }

        return _moments[order] = sum.Value;
    }

    // ln E_Q[(P/Q − 1)^l], P = N(1, z²), Q = N(0, z²), l even.
    private double Ternary(int power)
    {
        if (_ternary.TryGetValue(power, out var known))
        {
            return known;
        }

        var noise = Math.Sqrt(_variance);
        var step = SampledGaussianMoment.Step(noise);
        var nodes = (int)Math.Ceiling((power + (26 * noise)) / step);
        var sum = new LogSum();
        for (var i = 0; i <= nodes; i++)
        {
            var x = (-13 * noise) + (i * step);
            var exponent = ((2 * x) - 1) / (2 * _variance);
            var logDifference = exponent > 40 ? exponent : Math.Log(Math.Abs(SpecialFunctions.ExpMinusOne(exponent)));
            sum.Add((power * logDifference) - (0.5 * x * x / _variance));
        }

        return _ternary[power] = sum.Value + Math.Log(step / noise) + Normal.LogDensity(0);
    }

    private static double LogBinomial(int n, int k) =>
        SpecialFunctions.LogGamma(n + 1) - SpecialFunctions.LogGamma(k + 1) - SpecialFunctions.LogGamma(n - k + 1);
}
