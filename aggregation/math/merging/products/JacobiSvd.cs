namespace Federated.Aggregation;

/// <summary>
/// C = Σ σ_j u_j v_jᵀ of a square matrix, by one-sided Jacobi rotations of the rows of R in C = Q R (Hestenes 1958; Drmač and Veselić 2008): what is left when all rows are
/// orthogonal are the σ_j v_j.
/// </summary>
/// <remarks>
/// About 4n³ operations a sweep and five to ten sweeps. Blocks of rows meet in a tournament (Brent and Luk 1985): the pairs of a round share no row, each has one thread and a fixed
/// order within, so that the bits do not depend on the number of threads.
/// </remarks>
internal sealed class JacobiSvd
{
    private const int BlockRows = 16;
    private const int MostSweeps = 40;
    private const double Rounding = 2.220446049250313e-16;

    private readonly double[,] _matrix;
    private readonly double[][] _right;

    private JacobiSvd(double[,] matrix, double[][] right, double[] values)
    {
        (_matrix, _right, Values) = (matrix, right, values);
    }

    /// <summary>σ, descending.</summary>
    public double[] Values { get; }

    /// <summary>Decomposes a matrix.</summary>
    /// <param name="matrix">C, [n, n]; belongs to the result.</param>
    public static JacobiSvd Of(double[,] matrix)
    {
        var size = matrix.GetLength(0);
        var r = ThinQr.Of(VectorSet.ColumnsOf(matrix)).R;
        // By a power of two, so that squares neither overflow nor vanish.
        var exponent = Exponent(r);
        var vectors = new double[size][];
        for (var i = 0; i < size; i++)
        {
            vectors[i] = [.. Enumerable.Range(0, size).Select(j => Math.ScaleB(r[i, j], -exponent))];
        }

        Orthogonalise(vectors);
        var norms = vectors.Select(vector => Math.Sqrt(VectorKernels.Dot(vector, vector))).ToArray();
        foreach (var (vector, norm) in vectors.Zip(norms))
        {
            foreach (ref var value in vector.AsSpan())
            {
                value = norm > 0 ? value / norm : 0;
            }
        }

        int[] order = [.. Enumerable.Range(0, size).OrderByDescending(i => norms[i]).ThenBy(i => i)];
        return new(matrix, [.. order.Select(i => vectors[i])], [.. order.Select(i => Math.ScaleB(norms[i], exponent))]);
    }

    private static int Exponent(double[,] matrix)
    {
        var largest = 0.0;
        foreach (var value in matrix)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest == 0 ? 0 : Math.ILogB(largest);
    }

    /// <summary>√σ_j u_j, as C v_j ÷ √σ_j: whatever the rounding of v_j, the product with √σ_j v_j is C v_j v_jᵀ.</summary>
    public double[][] Left(int count)
    {
        var left = new double[count][];
        var size = Values.Length;
        var rows = VectorSet.RowsOf(_matrix);
        Parallel.For(
            0,
            count,
            j =>
            {
                left[j] = new double[size];
                // What is below rounding beside the largest has no direction.
                if (Values[j] > Rounding * Values[0])
                {
                    var scale = 1 / Math.Sqrt(Values[j]);
                    for (var i = 0; i < size; i++)
                    {
                        left[j][i] = scale * VectorKernels.Dot(rows[i], _right[j]);
                    }
                }
            }
        );
        return left;
    }

    /// <summary>√σ_j v_j.</summary>
    public double[][] Right(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(j =>
                    Values[j] > Rounding * Values[0]
                        ? _right[j].Select(value => value * Math.Sqrt(Values[j])).ToArray()
                        : new double[Values.Length]
                ),
        ];

    private static void Orthogonalise(double[][] rows)
    {
        var blocks = (rows.Length + BlockRows - 1) / BlockRows;
        // An even number of players; the last may be nobody.
        var players = Enumerable.Range(0, blocks + (blocks % 2)).ToArray();
        var tolerance = Math.Sqrt(rows.Length) * Rounding;
        var squares = new double[rows.Length];
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                squares[i] = VectorKernels.Dot(rows[i], rows[i]);
            }

            var negligible = squares.Max() * Rounding * Rounding * Rounding;
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

            if (!turned.Contains(true))
            {
                return;
            }

            bool Within(int block)
            {
                var (any, end) = (false, Math.Min((block + 1) * BlockRows, rows.Length));
                for (var i = block * BlockRows; i < end; i++)
                {
                    for (var j = i + 1; j < end; j++)
                    {
                        any |= Turn(i, j);
                    }
                }

                return any;
            }

            bool Between(int left, int right)
            {
                var any = false;
                for (var i = left * BlockRows; i < Math.Min((left + 1) * BlockRows, rows.Length); i++)
                {
                    for (var j = right * BlockRows; j < Math.Min((right + 1) * BlockRows, rows.Length); j++)
                    {
                        any |= Turn(i, j);
                    }
                }

                return any;
            }

            // Makes two rows orthogonal, the longer one first. False: they are already.
            bool Turn(int i, int j)
            {
                if (squares[i] < squares[j])
                {
                    (rows[i], rows[j]) = (rows[j], rows[i]);
                    (squares[i], squares[j]) = (squares[j], squares[i]);
                }

                if (squares[j] <= negligible)
                {
                    return false;
                }

                var dot = VectorKernels.Dot(rows[i], rows[j]);
                if (Math.Abs(dot) <= tolerance * Math.Sqrt(squares[i]) * Math.Sqrt(squares[j]))
                {
                    return false;
                }

                var zeta = (squares[j] - squares[i]) / (2 * dot);
                var tangent = (zeta >= 0 ? 1 : -1) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));
                var cosine = 1 / Math.Sqrt(1 + (tangent * tangent));
                VectorKernels.Rotate(rows[i], rows[j], cosine, cosine * tangent);
                squares[i] -= tangent * dot;
                squares[j] += tangent * dot;
                return true;
            }
        }
    }
}
