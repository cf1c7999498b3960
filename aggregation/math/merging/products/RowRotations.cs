namespace Federated.Aggregation;

/// <summary>Turns the rows of a matrix, two at a time, until all are orthogonal: one-sided Jacobi.</summary>
/// <remarks>
/// Blocks of rows meet in a tournament (Brent and Luk 1985): the pairs of a round share no row, each has one thread and a fixed
/// order within, so that the bits do not depend on the number of threads.
/// </remarks>
internal sealed class RowRotations(double[][] rows)
{
    private const int BlockRows = 16;
    private const int MostSweeps = 40;

    private readonly double _tolerance = Math.Sqrt(rows.Length) * JacobiSvd.Rounding;
    private readonly double[] _squares = new double[rows.Length];
    private double _negligible;

    /// <summary>Turns the rows in their place.</summary>
    public void Orthogonalise()
    {
        var blocks = (rows.Length + BlockRows - 1) / BlockRows;
        // An even number of players; the last may be nobody.
        var players = Enumerable.Range(0, blocks + (blocks % 2)).ToArray();
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                _squares[i] = VectorKernels.Dot(rows[i], rows[i]);
            }

            _negligible = _squares.Max() * JacobiSvd.Rounding * JacobiSvd.Rounding * JacobiSvd.Rounding;
            if (!Sweep(players, blocks))
            {
                return;
            }
        }
    }

    // Every pair of rows once. False: nothing was turned.
    private bool Sweep(int[] players, int blocks)
    {
        var turned = new bool[players.Length];
        Parallel.For(0, blocks, block => turned[block] = Within(block));
        for (var round = 1; round < players.Length; round++)
        {
            Parallel.For(
                0,
                players.Length / 2,
                pair =>
                {
                    var (left, right) = (players[pair], players[^(pair + 1)]);
                    turned[pair] |= Between(Math.Min(left, right), Math.Max(left, right));
                }
            );
            // The first stays, the others move on by one.
            var last = players[^1];
            Array.Copy(players, 1, players, 2, players.Length - 2);
            players[1] = last;
        }

        return turned.Contains(true);
    }

    private bool Within(int block)
    {
        var any = false;
        for (var i = block * BlockRows; i < End(block); i++)
        {
            for (var j = i + 1; j < End(block); j++)
            {
                any |= Turn(i, j);
            }
        }

        return any;
    }

    private bool Between(int left, int right)
    {
        var any = false;
        for (var i = left * BlockRows; i < End(left); i++)
        {
            for (var j = right * BlockRows; j < End(right); j++)
            {
                any |= Turn(i, j);
            }
        }

        return any;
    }

    private int End(int block) => Math.Min((block + 1) * BlockRows, rows.Length);

    // Makes two rows orthogonal, the longer one first. False: they are already.
    private bool Turn(int i, int j)
    {
        if (_squares[i] < _squares[j])
        {
            (rows[i], rows[j]) = (rows[j], rows[i]);
            (_squares[i], _squares[j]) = (_squares[j], _squares[i]);
        }

        if (_squares[j] <= _negligible)
        {
            return false;
        }

        var dot = VectorKernels.Dot(rows[i], rows[j]);
        if (Math.Abs(dot) <= _tolerance * Math.Sqrt(_squares[i]) * Math.Sqrt(_squares[j]))
        {
            return false;
        }

        var zeta = (_squares[j] - _squares[i]) / (2 * dot);
        var tangent = (zeta >= 0 ? 1 : -1) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));
        var cosine = 1 / Math.Sqrt(1 + (tangent * tangent));
        VectorKernels.Rotate(rows[i], rows[j], cosine, cosine * tangent);
        _squares[i] -= tangent * dot;
        _squares[j] += tangent * dot;
        return true;
    }
}
