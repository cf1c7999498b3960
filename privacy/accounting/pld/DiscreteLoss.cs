using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>
/// One step's privacy loss on the grid jd, twice: a pair that dominates the true one and a pair that the true one dominates, so that ε of their
/// compositions are an upper and a lower bound.
/// </summary>
/// <remarks>
/// Upper: connect the dots (Doroshenko, Ghazi, Kamath, Kumar, Manurangsi 2022, arXiv 2207.04380): each cell's mass goes to both its ends so that its mass under P and
/// under Q is kept. Lower: each cell's outcomes are sent at random to one of its ends, a post-processing, with probabilities for which the ratio P/Q of
/// what arrives at jd is at least e^(jd). Both differ from the truth by O(d²).
/// </remarks>
internal sealed class DiscreteLoss
{
    private DiscreteLoss(double width, long first, double[] upper, double[] lower, double infinity) =>
        (Width, First, Upper, Lower, Infinity) = (width, first, upper, lower, infinity);

    public double Width { get; }

    /// <summary>j of the first entry.</summary>
    public long First { get; }

    /// <summary>P-mass at jd, pessimistic.</summary>
    public double[] Upper { get; }

    /// <summary>P-mass at jd, optimistic.</summary>
    public double[] Lower { get; }

    /// <summary>P-mass counted as infinite loss, in the pessimistic pair.</summary>
    public double Infinity { get; }

    public static DiscreteLoss Of(LossCells cells, LossDirection direction)
    {
        var count = cells.Base.Length;
        var (mass, above, below) = (new double[count], new double[count], new double[count]);
        if (direction == LossDirection.Remove)
        {
            for (var i = 0; i < count; i++)
            {
                mass[i] = (cells.Base[i] * Math.Exp((cells.First + i) * cells.Width)) + cells.Above[i];
            }

            return Spread(
                cells.Width,
                cells.First,
                mass,
                cells.Above,
                cells.Below,
                cells.MixtureBefore,
                cells.MixtureBeyond
            );
        }

        // Seen from the other side a cell [l, l+d] is [−l−d, −l]; its masses are scaled by the ratio at its new lower and upper end.
        for (var i = 0; i < count; i++)
        {
            var from = count - 1 - i;
            mass[i] = cells.Base[from];
            above[i] = cells.Below[from] * Math.Exp(-(cells.First + from + 1) * cells.Width);
            below[i] = cells.Above[from] * Math.Exp(-(cells.First + from) * cells.Width);
        }

        return Spread(cells.Width, -(cells.First + count), mass, above, below, cells.BaseBeyond, cells.BaseBefore);
    }

    private static DiscreteLoss Spread(
        double width,
        long first,
        double[] mass,
        double[] above,
        double[] below,
        double before,
        double beyond
    )
    {
        var upper = new double[mass.Length + 1];
        var (toUpper, toLower) = (-1 / SpecialFunctions.ExpMinusOne(-width), 1 / SpecialFunctions.ExpMinusOne(width));
        upper[0] = before;
        for (var i = 0; i < mass.Length; i++)
        {
            upper[i] += below[i] * toLower;
            upper[i + 1] += above[i] * toUpper;
        }

        return new DiscreteLoss(width, first, upper, PostProcessed(mass, above, below), beyond);
    }

    // down[i] is the share of cell i sent to its lower end, i; the rest goes to i + 1.
    private static double[] PostProcessed(double[] mass, double[] above, double[] below)
    {
        var count = mass.Length;
        var down = new double[count];
        Array.Fill(down, double.NaN);
        // Nothing lies above the last cell that could lift the ratio at its upper end.
        down[^1] = 1;

        // At point i the ratio fits exactly if down[i]·above[i] = (1 − down[i−1])·below[i−1]. Errors of this recursion shrink only towards
        // growing mass, so it runs from the valleys of the density up to its peaks, from both sides.
        bool Grows(int i) => below[i - 1] <= above[i];
        for (var i = 0; i < count - 1; i++)
        {
            var known = i > 0 && Grows(i) && !double.IsNaN(down[i - 1]);
            if (known)
            {
                down[i] = Math.Clamp((1 - down[i - 1]) * below[i - 1] / above[i], 0, 1);
            }
            else if (Grows(i + 1))
            {
                down[i] = 0.5;
            }
        }

        for (var i = count - 1; i > 0; i--)
        {
            // What may come up from cell i − 1 without spoiling the ratio at i; where both recursions meet, the rest stays below.
            var most = below[i - 1] > 0 ? Math.Min(1, down[i] * above[i] / below[i - 1]) : 0;
            down[i - 1] = double.IsNaN(down[i - 1]) ? 1 - most : Math.Max(down[i - 1], 1 - most);
        }

        var lower = new double[count + 1];
        for (var i = 0; i < count; i++)
        {
            lower[i] += down[i] * mass[i];
            lower[i + 1] += (1 - down[i]) * mass[i];
        }

        return lower;
    }
}
