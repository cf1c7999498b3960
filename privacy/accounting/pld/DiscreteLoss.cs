using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting.Pld;

/// <summary>
/// One step's privacy loss on a grid of width d, twice: a pair that dominates the true one and a pair that the true one dominates, so that ε of their
/// compositions are an upper and a lower bound.
/// </summary>
/// <remarks>
/// Upper: connect the dots (Doroshenko, Ghazi, Kamath, Kumar, Manurangsi 2022, arXiv 2207.04380): each cell's mass goes to both its ends so that its mass under P and
/// under Q is kept. Lower: <see cref="OptimisticLoss"/>. Both differ from the truth by O(d²).
/// </remarks>
internal sealed class DiscreteLoss
{
    private DiscreteLoss(double width, double offset, long first, double[] upper, double[] lower, double infinity) =>
        (Width, Offset, First, Upper, Lower, Infinity) = (width, offset, first, upper, lower, infinity);

    public double Width { get; }

    /// <summary>The loss at j = 0.</summary>
    public double Offset { get; }

    /// <summary>j of the first entry.</summary>
    public long First { get; }

    /// <summary>P-mass at the grid points, pessimistic.</summary>
    public double[] Upper { get; }

    /// <summary>P-mass at the grid points, optimistic.</summary>
    public double[] Lower { get; }

    /// <summary>P-mass counted as infinite loss, in the pessimistic pair.</summary>
    public double Infinity { get; }

    /// <summary>The loss of entry i.</summary>
    public double LossAt(int i) => Offset + ((First + i) * Width);

    public static DiscreteLoss Of(LossCells cells, LossDirection direction)
    {
        var view = DirectedCells.Of(cells, direction);
        return new DiscreteLoss(
            cells.Width,
            view.Offset,
            view.First,
            ConnectedDots(view, cells.Width),
            OptimisticLoss.Of(view),
            view.Beyond
        );
    }

    private static double[] ConnectedDots(DirectedCells cells, double width)
    {
        var upper = new double[cells.Count + 1];
        var (toUpper, toLower) = (-1 / SpecialFunctions.ExpMinusOne(-width), 1 / SpecialFunctions.ExpMinusOne(width));
        upper[0] = cells.Before;
        for (var i = 0; i < cells.Count; i++)
        {
            upper[i] += cells.Below[i] * toLower;
            upper[i + 1] += cells.Above[i] * toUpper;
        }

        return upper;
    }
}
