namespace Federated.Privacy.Accounting.Pld;

/// <summary>The cells of one step as one direction sees them: P-masses, and what decides where a cell's outcomes may go.</summary>
internal sealed class DirectedCells
{
    private DirectedCells(double[] mass, double[] above, double[] below) => (Mass, Above, Below) = (mass, above, below);

    /// <summary>The number of cells.</summary>
    public int Count => Mass.Length;

    /// <summary>The loss at j = 0.</summary>
    public double Offset { get; private init; }

    /// <summary>j of the lowest cell's lower end.</summary>
    public long First { get; private init; }

    /// <summary>P-mass of each cell.</summary>
    public double[] Mass { get; }

    /// <summary>P-mass less e^l · Q-mass, l the loss at the cell's lower end; ≥ 0. So much would it lift the ratio P/Q there.</summary>
    public double[] Above { get; }

    /// <summary>e^(l+d) · Q-mass less P-mass; ≥ 0. So much would it lower the ratio at the cell's upper end.</summary>
    public double[] Below { get; }

    /// <summary>P-mass below the lowest cell.</summary>
    public double Before { get; private init; }

    /// <summary>P-mass above the highest cell.</summary>
    public double Beyond { get; private init; }

    /// <summary>Looks at the cells from one direction.</summary>
    public static DirectedCells Of(LossCells cells, LossDirection direction)
    {
        var count = cells.Base.Length;
        var mass = new double[count];
        if (direction == LossDirection.Remove)
        {
            for (var i = 0; i < count; i++)
            {
                mass[i] = (cells.Base[i] * Math.Exp(cells.LossAt(cells.First + i))) + cells.Above[i];
            }

            return new DirectedCells(mass, cells.Above, cells.Below)
            {
                Offset = cells.Offset,
                First = cells.First,
                Before = cells.MixtureBefore,
                Beyond = cells.MixtureBeyond,
            };
        }

        // Seen from the other side a cell [l, l+d] is [−l−d, −l]; its masses are scaled by the ratio at its new lower and upper end.
        var (above, below) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            var from = count - 1 - i;
            mass[i] = cells.Base[from];
            above[i] = cells.Below[from] * Math.Exp(-cells.LossAt(cells.First + from + 1));
            below[i] = cells.Above[from] * Math.Exp(-cells.LossAt(cells.First + from));
        }

        return new DirectedCells(mass, above, below)
        {
            Offset = -cells.Offset,
            First = -(cells.First + count),
            Before = cells.BaseBeyond,
            Beyond = cells.BaseBefore,
        };
    }
}
