using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>Reads ε at δ off a tilted composition: one backward sweep over the window, all terms positive.</summary>
/// <remarks>
/// δ(ε) = M·e^(−θε)·G(ε), G(ε) = Σ over L &gt; ε of c·e^(−θ(L−ε))·(1 − e^(−(L−ε))), c the tilted masses. G is bounded from both sides: by the rounding
/// of the transforms (Cauchy–Schwarz over the weights), by what wraps around the window, and by the relative error of the discretised masses.
/// </remarks>
internal sealed class EpsilonSearch
{
    private const int Block = 64;

    private readonly TiltedComposition _composition;
    private readonly bool _pessimistic;
    private readonly double _logDelta;
    private readonly double _relativeError;
    private readonly double _slack;
    private readonly double _tilt;
    private readonly double _width;

    private EpsilonSearch(TiltedComposition composition, bool pessimistic, double logDelta, double relativeError)
    {
        (_composition, _pessimistic, _logDelta, _relativeError) = (composition, pessimistic, logDelta, relativeError);
        (_tilt, _width) = (composition.Tilt, composition.Width);
        _slack = composition.Rounding * WeightNorm();
    }

    /// <summary>The least ε ≥ 0 that certainly has δ(ε) ≤ δ (+∞ if it lies above the window).</summary>
    /// <param name="composition">The composed loss.</param>
    /// <param name="logDelta">ln of δ less the mass counted as infinite loss.</param>
    /// <param name="relativeError">Relative error of every discretised mass, in all.</param>
    public static double Upper(TiltedComposition composition, double logDelta, double relativeError)
    {
        var epsilon = new EpsilonSearch(composition, true, logDelta, relativeError).Sweep();
        return double.IsNaN(epsilon) ? Math.Max(0, composition.Low) : epsilon;
    }

    /// <summary>A value that ε at δ is certainly not below.</summary>
    public static double Lower(TiltedComposition composition, double logDelta, double relativeError)
    {
        var epsilon = new EpsilonSearch(composition, false, logDelta, relativeError).Sweep();
        return double.IsFinite(epsilon) ? epsilon : 0;
    }

    private double WeightNorm()
    {
        var (square, x) = (0.0, 0.0);
        for (var k = 0; k < _composition.Size && _tilt * x < 40; k++, x += _width)
        {
            var weight = Math.Exp(-_tilt * x) * -SpecialFunctions.ExpMinusOne(-(x + _width));
            square += weight * weight;
        }

        return Math.Sqrt(square);
    }

    private bool Exceeds(double epsilon, double sum)
    {
        var (above, below) = _composition.Outside;
        var length = _composition.Size * _width;
        var top = _composition.Low + length;
        // What lies below the window by some x wraps to x below its top; untilted it has at most the mass 1, and its weight there is e^(−θ·length) of its own.
        below = Math.Min(below, Math.Exp(Math.Min(0, (_tilt * (epsilon - length)) - _composition.LogScale)));
        // Mass from above the window is missing in the pessimistic sum, and weighs at most e^(−θ(top−ε)); what wraps around adds to the optimistic one.
        var bound = _pessimistic
            ? (sum + _slack + (above * Math.Exp(-_tilt * Math.Max(0, top - epsilon)))) * (1 + _relativeError)
            : (sum - _slack - above - below) * (1 - _relativeError);
        var logBound = _composition.LogScale - (_tilt * epsilon) + Math.Log(Math.Max(0, bound));
        // What is not a number proves nothing: then the upper bound is exceeded, and the lower one is not.
        return _pessimistic ? !(logBound <= _logDelta) : logBound > _logDelta;
    }

    // The largest ε at which the bound on δ(ε) still exceeds δ; 0 if it nowhere does. NaN: somewhere below the window; +∞: somewhere above.
    private double Sweep()
    {
        var masses = _pessimistic ? _composition.Upper : _composition.Lower;
        var (low, size) = (_composition.Low, masses.Length);
        var lowest = Math.Max(0, (int)Math.Floor(-low / _width));
        var (decayFar, decayNear, oneCell) = (
            Math.Exp(-_tilt * _width),
            Math.Exp(-(_tilt + 1) * _width),
            -SpecialFunctions.ExpMinusOne(-_width)
        );
        // far: Σ c·e^(−θx)(1 − e^−x), near: Σ c·e^(−(θ+1)x), x measured from the sweep's point.
        var (far, near) = (0.0, 0.0);
        for (var k = size - 1; k >= lowest; k -= Block)
        {
            var end = (int)Math.Max(lowest, k - Block + 1);
            var (blockFar, blockNear) = (far, near);
            for (var i = k; i >= end; i--)
            {
                far = decayFar * (far + (oneCell * near));
                near = masses[i] + (decayNear * near);
            }

            if (Exceeds(low + (end * _width), far))
            {
                return Inside(k, blockFar, blockNear);
            }
        }

        // It holds down to ε = 0, or down to the window's end, below which nothing is known.
        return low <= 0 ? 0 : double.NaN;

        double Inside(int top, double farAbove, double nearAbove)
        {
            for (var i = top; ; i--)
            {
                var here = decayFar * (farAbove + (oneCell * nearAbove));
                if (Exceeds(low + (i * _width), here))
                {
                    return i == size - 1
                        ? double.PositiveInfinity
                        : Within(low + ((i + 1) * _width), farAbove, nearAbove);
                }

                (farAbove, nearAbove) = (here, masses[i] + (decayNear * nearAbove));
            }
        }
    }

    // Between this grid point, where δ is not exceeded, and the next one below, where it is.
    private double Within(double top, double farAbove, double nearAbove)
    {
        double Far(double back) =>
            Math.Exp(-_tilt * back) * (farAbove + (-SpecialFunctions.ExpMinusOne(-back) * nearAbove));

        var (holds, fails) = (0.0, _width);
        for (var i = 0; i < 60; i++)
        {
            var middle = 0.5 * (holds + fails);
            (holds, fails) = Exceeds(top - middle, Far(middle)) ? (holds, middle) : (middle, fails);
        }

        return Math.Max(0, top - holds);
    }
}
