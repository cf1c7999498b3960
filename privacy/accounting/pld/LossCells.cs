using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>
/// One step's privacy loss cut into cells [jd, (j+1)d]. For the mixture's likelihood ratio E(x) = 1 − q + q·e^((2x−1)/(2σ²)) over the
/// base density φ it holds, for each cell, the integrals of φ, φ·(E − e^(jd)) and φ·(e^((j+1)d) − E). All integrands are positive, and no digits are
/// lost to differences of nearly equal masses.
/// </summary>
internal sealed class LossCells
{
    // Gauss–Legendre, four nodes on [0, 1].
    private static readonly double[] Nodes =
    [
        0.06943184420297371,
        0.33000947820757187,
        0.6699905217924281,
        0.9305681557970262,
    ];
    private static readonly double[] Weights =
    [
        0.17392742256872692,
        0.32607257743127308,
        0.32607257743127308,
        0.17392742256872692,
    ];
    private const double Farthest = 37;

    private readonly double _rate;
    private readonly double _variance;
    private readonly double _deviation;

    /// <summary>Cuts one step.</summary>
    /// <param name="samplingRate">q in (0, 1].</param>
    /// <param name="noiseMultiplier">σ.</param>
    /// <param name="width">d &gt; 0.</param>
    /// <param name="logTailMass">Log of the probability that may be left beyond the cells on either side.</param>
    public LossCells(double samplingRate, double noiseMultiplier, double width, double logTailMass)
    {
        (_rate, _deviation, _variance) = (samplingRate, noiseMultiplier, noiseMultiplier * noiseMultiplier);
        Width = width;
        var reach = Math.Min(Farthest, Normal.TailPoint(logTailMass));
        var last = (long)Math.Ceiling(Loss(1 + (_deviation * reach)) / width);
        var bottom = samplingRate < 1 ? SpecialFunctions.LogOnePlus(-samplingRate) : Loss(-_deviation * reach);
        First = (long)Math.Floor(bottom / width);
        var count = checked((int)Math.Max(1, last - First));
        (Base, Above, Below) = (new double[count], new double[count], new double[count]);
        var left = Place(First);
        if (double.IsNegativeInfinity(left))
        {
            left = -_deviation * Farthest;
        }

        for (var i = 0; i < count; i++)
        {
            var right = Math.Max(left, Place(First + i + 1));
            Integrate(i, left, right);
            left = right;
        }

        BaseBeyond = Normal.Cdf(-left / _deviation);
        MixtureBeyond = ((1 - samplingRate) * BaseBeyond) + (samplingRate * Normal.Cdf((1 - left) / _deviation));
        var start = Place(First);
        BaseBefore = double.IsNegativeInfinity(start) ? 0 : Normal.Cdf(start / _deviation);
        MixtureBefore = double.IsNegativeInfinity(start)
            ? 0
            : ((1 - samplingRate) * BaseBefore) + (samplingRate * Normal.Cdf((start - 1) / _deviation));
    }

    /// <summary>How many cells that would be.</summary>
    public static double Count(double samplingRate, double noiseMultiplier, double width, double logTailMass)
    {
        var reach = noiseMultiplier * Math.Min(Farthest, Normal.TailPoint(logTailMass));
        var variance = noiseMultiplier * noiseMultiplier;
        var bottom =
            samplingRate < 1 ? SpecialFunctions.LogOnePlus(-samplingRate) : Loss(samplingRate, variance, -reach);
        return (Loss(samplingRate, variance, 1 + reach) - bottom) / width;
    }

    /// <summary>d.</summary>
    public double Width { get; }

    /// <summary>j of the lowest cell.</summary>
    public long First { get; }

    /// <summary>∫ φ.</summary>
    public double[] Base { get; }

    /// <summary>∫ φ (E − e^(jd)).</summary>
    public double[] Above { get; }

    /// <summary>∫ φ (e^((j+1)d) − E).</summary>
    public double[] Below { get; }

    /// <summary>∫ φ to the right of the last cell.</summary>
    public double BaseBeyond { get; }

    /// <summary>∫ φE to the right of the last cell.</summary>
    public double MixtureBeyond { get; }

    /// <summary>∫ φ to the left of the first cell.</summary>
    public double BaseBefore { get; }

    /// <summary>∫ φE to the left of the first cell.</summary>
    public double MixtureBefore { get; }

    // ln E(x)
    private static double Loss(double rate, double variance, double x)
    {
        var exponent = ((2 * x) - 1) / (2 * variance);
        return exponent > 500
            ? Math.Log(rate) + exponent
            : SpecialFunctions.LogOnePlus(rate * SpecialFunctions.ExpMinusOne(exponent));
    }

    private double Loss(double x) => Loss(_rate, _variance, x);

    // The x with ln E(x) = jd.
    private double Place(long j)
    {
        var loss = j * Width;
        if (loss > 500)
        {
            return (_variance * (loss - Math.Log(_rate))) + 0.5;
        }

        var excess = SpecialFunctions.ExpMinusOne(loss) + _rate;
        return excess > 0 ? (_variance * Math.Log(excess / _rate)) + 0.5 : double.NegativeInfinity;
    }

    private void Integrate(int cell, double left, double right)
    {
        // E − (1 − q) at both ends.
        var atLeft = _rate * Math.Exp(((2 * left) - 1) / (2 * _variance));
        var atRight = _rate * Math.Exp(((2 * right) - 1) / (2 * _variance));
        var (mass, above, below) = (0.0, 0.0, 0.0);
        // Farther out neither φ nor φE has mass that a double could hold; a coarse cell may reach thousands of deviations.
        var end = Math.Min(right, 1 + (Farthest * _deviation));
        for (var at = Math.Max(left, -Farthest * _deviation); at < end; )
        {
            // Panels short enough for every factor of the integrand: relative error below 1e-13.
            var scale = (1 / _deviation) + (Math.Max(Math.Abs(at), Math.Abs(end)) / _variance) + (1 / _variance);
            var step = Math.Min(end - at, 0.25 / scale);
            step = end - at - step < 1e-9 * step ? end - at : step;
            for (var k = 0; k < Nodes.Length; k++)
            {
                var x = at + (step * Nodes[k]);
                var weight = step * Weights[k] * Math.Exp(-0.5 * x * x / _variance);
                var rise = (x - left) / _variance;
                mass += weight;
                above +=
                    weight
                    * (
                        rise < 0.5
                            ? atLeft * SpecialFunctions.ExpMinusOne(rise)
                            : (_rate * Math.Exp(((2 * x) - 1) / (2 * _variance))) - atLeft
                    );
                below += weight * atRight * -SpecialFunctions.ExpMinusOne((x - right) / _variance);
            }

            at += step;
        }

        // Only in the lowest cell does E stay away from e^(jd).
        var gap = cell == 0 ? Math.Max(0, 1 - _rate + atLeft - Math.Exp(First * Width)) : 0;
        var density = Normal.Density(0) / _deviation;
        (Base[cell], Above[cell], Below[cell]) = (mass * density, (above + (gap * mass)) * density, below * density);
    }
}
