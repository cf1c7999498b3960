using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>
/// One step's privacy loss cut into cells between neighbouring points of a grid of width d. For the mixture's likelihood ratio E(x) = 1 − q + q·e^((2x−1)/(2σ²)) over the
/// base density φ it holds, for each cell, the integrals of φ, φ·(E − e^l) and φ·(e^(l+d) − E), l the loss at its lower end. All integrands are positive, and no digits are
/// lost to differences of nearly equal masses.
/// </summary>
internal sealed class LossCells
{
    private const double Farthest = 37;
    private const double LongestPanel = 0.25;

    private readonly SampledLoss _loss;
    private readonly double _rate;
    private readonly double _variance;
    private readonly double _deviation;

    /// <summary>Cuts one step.</summary>
    /// <param name="samplingRate">q in (0, 1].</param>
    /// <param name="noiseMultiplier">σ.</param>
    /// <param name="grid">d &gt; 0, and the loss at j = 0.</param>
    /// <param name="logTailMass">Log of the probability that may be left beyond the cells on either side.</param>
    /// <param name="highest">Losses above this may be left beyond the cells too.</param>
    public LossCells(
        double samplingRate,
        double noiseMultiplier,
        (double Width, double Offset) grid,
        double logTailMass,
        double highest
    )
    {
        _loss = new SampledLoss(samplingRate, noiseMultiplier);
        (_rate, _deviation, _variance) = (samplingRate, noiseMultiplier, noiseMultiplier * noiseMultiplier);
        (Width, Offset) = grid;
        var (bottom, top) = Ends(samplingRate, noiseMultiplier, logTailMass, highest);
        First = (long)Math.Floor((bottom - Offset) / Width);
        var last = (long)Math.Ceiling((top - Offset) / Width);
        var count = checked((int)Math.Max(1, last - First));
        (Base, Above, Below) = (new double[count], new double[count], new double[count]);
        var start = _loss.Place(LossAt(First));
        var left = start;
        for (var i = 0; i < count; i++)
        {
            var right = Math.Max(left, _loss.Place(LossAt(First + i + 1)));
            Integrate(i, left, right);
            left = right;
        }

        BaseBeyond = Normal.Cdf(-left / _deviation);
        MixtureBeyond = ((1 - samplingRate) * BaseBeyond) + (samplingRate * Normal.Cdf((1 - left) / _deviation));
        BaseBefore = double.IsNegativeInfinity(start) ? 0 : Normal.Cdf(start / _deviation);
        MixtureBefore = double.IsNegativeInfinity(start)
            ? 0
            : ((1 - samplingRate) * BaseBefore) + (samplingRate * Normal.Cdf((start - 1) / _deviation));
    }

    /// <summary>The lowest and the highest loss that the cells must hold.</summary>
    public static (double Bottom, double Top) Ends(
        double samplingRate,
        double noiseMultiplier,
        double logTailMass,
        double highest
    )
    {
        var reach = noiseMultiplier * Math.Min(Farthest, Normal.TailPoint(logTailMass));
        var loss = new SampledLoss(samplingRate, noiseMultiplier);
        var bottom = samplingRate < 1 ? loss.Infimum : loss.At(-reach);
        return (bottom, Math.Min(Math.Max(highest, 0), loss.At(1 + reach)));
    }

    /// <summary>About how many panels the integrals of all cells take, at the least.</summary>
    public static double Panels(double noiseMultiplier) =>
        (1 + (18 * noiseMultiplier))
        * ((2 / (noiseMultiplier * noiseMultiplier)) + (1 / noiseMultiplier))
        / LongestPanel;

    /// <summary>d.</summary>
    public double Width { get; }

    /// <summary>The loss at j = 0.</summary>
    public double Offset { get; }

    /// <summary>j of the lowest cell.</summary>
    public long First { get; }

    /// <summary>∫ φ.</summary>
    public double[] Base { get; }

    /// <summary>∫ φ (E − e^(loss at j)).</summary>
    public double[] Above { get; }

    /// <summary>∫ φ (e^(loss at j+1) − E).</summary>
    public double[] Below { get; }

    /// <summary>∫ φ to the right of the last cell.</summary>
    public double BaseBeyond { get; }

    /// <summary>∫ φE to the right of the last cell.</summary>
    public double MixtureBeyond { get; }

    /// <summary>∫ φ to the left of the first cell.</summary>
    public double BaseBefore { get; }

    /// <summary>∫ φE to the left of the first cell.</summary>
    public double MixtureBefore { get; }

    /// <summary>The loss at the grid point j.</summary>
    public double LossAt(long j) => Offset + (j * Width);

    // The cell's ends as outcomes; left is −∞ where no outcome has a loss as low as the cell's lower end.
    private void Integrate(int cell, double left, double right)
    {
        // E − (1 − q) at both ends, wherever they are: of a quiet step a cell may reach thousands of deviations.
        var atLeft = _rate * Math.Exp(((2 * left) - 1) / (2 * _variance));
        var atRight = _rate * Math.Exp(((2 * right) - 1) / (2 * _variance));
        var (mass, above, below) = (0.0, 0.0, 0.0);
        // Farther out neither φ nor φE has mass that a double could hold.
        var end = Math.Min(right, 1 + (Farthest * _deviation));
        for (var at = Math.Max(left, -Farthest * _deviation); at < end; )
        {
            // Panels short enough for every factor of the integrand: relative error below 1e-13.
            var scale = (1 / _deviation) + (Math.Max(Math.Abs(at), Math.Abs(end)) / _variance) + (1 / _variance);
            var step = Math.Min(end - at, LongestPanel / scale);
            step = end - at - step < 1e-9 * step ? end - at : step;
            foreach (var (node, share) in GaussLegendre.For(step * scale))
            {
                var x = at + (step * node);
                var weight = step * share * Math.Exp(-0.5 * x * x / _variance);
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

        // Only in the lowest cell does E stay away from the ratio at the lower end.
        var gap = double.IsNegativeInfinity(left)
            ? (1 - _rate) * -SpecialFunctions.ExpMinusOne(LossAt(First + cell) - _loss.Infimum)
            : 0;
        var density = Normal.Density(0) / _deviation;
        (Base[cell], Above[cell], Below[cell]) = (mass * density, (above + (gap * mass)) * density, below * density);
    }
}
