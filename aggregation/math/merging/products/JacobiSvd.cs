namespace Federated.Aggregation;

/// <summary>
/// C = Σ σ_j u_j v_jᵀ of a square matrix, by one-sided Jacobi rotations of the rows of R in C = Q R (Hestenes 1958; Drmač and Veselić 2008): what is left when all rows are
/// orthogonal are the σ_j v_j.
/// </summary>
/// <remarks>
/// About 4n³ operations a sweep and five to ten sweeps; the bits do not depend on the number of threads (<see cref="RowRotations"/>).
/// </remarks>
internal sealed class JacobiSvd
{
    /// <summary>What is as small beside another number is lost in it: 2⁻⁵².</summary>
    internal const double Rounding = 2.220446049250313e-16;

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

        new RowRotations(vectors).Orthogonalise();
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
}
