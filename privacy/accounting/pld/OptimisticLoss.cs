namespace Federated.Privacy.Accounting.Pld;

/// <summary>
/// A pair on the grid that the true one dominates: each cell's outcomes are sent at random to one of its ends, a post-processing, with probabilities for which
/// the ratio P/Q of what arrives at a grid point is the ratio that the point stands for, or more.
/// </summary>
internal static class OptimisticLoss
{
    /// <summary>P-masses at the grid points.</summary>
    public static double[] Of(DirectedCells cells)
    {
        var down = Down(cells);
        var masses = new double[cells.Count + 1];
        for (var i = 0; i < cells.Count; i++)
        {
            masses[i] += down[i] * cells.Mass[i];
            masses[i + 1] += (1 - down[i]) * cells.Mass[i];
        }

        // Above the last cell the ratio is larger than at its upper end.
        masses[^1] += cells.Beyond;
        return masses;
    }

    /// <summary>What the post-processing gives away: the mean loss of the pair falls by about this, beside the O(d²) of rounding.</summary>
    public static double Waste(DirectedCells cells)
    {
        var down = Down(cells);
        var waste = down[0] * cells.Above[0];
        for (var i = 1; i < cells.Count; i++)
        {
            waste += Math.Max(0, (down[i] * cells.Above[i]) - ((1 - down[i - 1]) * cells.Below[i - 1]));
        }

        return waste;
    }

    // The share of each cell that is sent to its lower end.
    private static double[] Down(DirectedCells cells)
    {
        var (count, above, below) = (cells.Count, cells.Above, cells.Below);
        var down = new double[count];
        Array.Fill(down, double.NaN);
        // Nothing is known to lie above the last cell that could lift the ratio at its upper end.
        down[^1] = 1;

        // At point i the ratio fits exactly if down[i]·above[i] = (1 − down[i−1])·below[i−1]. Errors of this recursion shrink only towards
        // growing mass, so it runs from the valleys of the density up to its peaks, from both sides.
        bool Grows(int i) => below[i - 1] <= above[i];
        for (var i = 0; i < count - 1; i++)
        {
            if (i > 0 && Grows(i) && !double.IsNaN(down[i - 1]))
            {
                down[i] = Math.Clamp((1 - down[i - 1]) * below[i - 1] / above[i], 0, 1);
            }
            else if (Grows(i + 1))
            {
                // Below the lowest loss there is nothing: what stays at the bottom is wasted.
                down[i] = i == 0 ? 0 : 0.5;
            }
        }

        for (var i = count - 1; i > 0; i--)
        {
            // What may come up from cell i − 1 without spoiling the ratio at i; where both recursions meet, the rest stays below.
            var most = below[i - 1] > 0 ? Math.Min(1, down[i] * above[i] / below[i - 1]) : 1;
            down[i - 1] = double.IsNaN(down[i - 1]) ? 1 - most : Math.Max(down[i - 1], 1 - most);
        }

        return down;
    }
}
