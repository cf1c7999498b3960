namespace Federated.Aggregation;

/// <summary>X = Q R by Householder reflections (Golub and Van Loan, Algorithm 5.2.1), columns in contiguous memory.</summary>
/// <remarks>
/// Each trailing column is changed by one thread in the order of the reflections, a panel of them at a time, so that the bits do not depend on the number of
/// threads.
/// </remarks>
internal sealed class ThinQr
{
    private const int PanelColumns = 32;
    private const long ParallelFrom = 1 << 17;

    private readonly VectorSet _reflections;
    private readonly double[] _tau;

    private ThinQr(VectorSet reflections, double[] tau, double[,] r)
    {
        (_reflections, _tau, R) = (reflections, tau, r);
    }

    /// <summary>Upper triangular, [Count, Count].</summary>
    public double[,] R { get; }

    /// <summary>Factors a set of at most Length vectors; the set is overwritten and belongs to the result.</summary>
    public static ThinQr Of(VectorSet x)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(x.Count, x.Length);
        var (r, tau) = (new double[x.Count, x.Count], new double[x.Count]);
        for (var first = 0; first < x.Count; first += PanelColumns)
        {
            var end = Math.Min(first + PanelColumns, x.Count);
            for (var k = first; k < end; k++)
            {
                (r[k, k], tau[k]) = Reflect(x[k][k..]);
                Change(k, k + 1, k + 1, end);
            }

            Change(first, end, end, x.Count);
        }

        return new(x, tau, r);

        // Some reflections, in order, on some columns: a column stays in the cache while they pass over it.
        void Change(int first, int last, int from, int to) =>
            ForEach(
                from,
                to,
                (x.Length - first) * (long)(last - first) * (to - from),
                column =>
                {
                    for (var k = first; k < last; k++)
                    {
                        Apply(x[k][k..], tau[k], x[column][k..]);
                        r[k, column] = x[column][k];
                    }
                }
            );
    }

    /// <summary>Q · weights, for each set of weights: the combination of orthonormal columns.</summary>
    /// <param name="weights">One row of Count weights for each vector that is made.</param>
    public VectorSet Combine(double[][] weights)
    {
        var made = new VectorSet(weights.Length, _reflections.Length);
        ForEach(
            0,
            made.Count,
            _reflections.Length * (long)_reflections.Count,
            index =>
            {
                var vector = made[index];
                weights[index].CopyTo(vector);
                for (var k = _reflections.Count - 1; k >= 0; k--)
                {
                    Apply(_reflections[k][k..], _tau[k], vector[k..]);
                }
            }
        );
        return made;
    }

    // Leaves v with v[0] = 1 in place, so that (I − τ v vᵀ) x = r e₁; r ≥ 0 never cancels.
    private static (double R, double Tau) Reflect(Span<double> x)
    {
        var norm = Norm(x);
        if (norm == 0)
        {
            x[0] = 1;
            return (0, 0);
        }

        var r = x[0] > 0 ? -norm : norm;
        var first = x[0] - r;
        for (var i = 1; i < x.Length; i++)
        {
            x[i] /= first;
        }

        x[0] = 1;
        return (r, -first / r);
    }

    private static void Apply(ReadOnlySpan<double> v, double tau, Span<double> x)
    {
        if (tau != 0)
        {
            VectorKernels.AddScaled(x, -tau * VectorKernels.Dot(v, x), v);
        }
    }

    // Scaled by a power of two, so that squares neither overflow nor vanish.
    private static double Norm(ReadOnlySpan<double> x)
    {
        var largest = 0.0;
        foreach (var value in x)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        if (largest is > 1e-140 and < 1e140 || largest == 0)
        {
            return Math.Sqrt(VectorKernels.Dot(x, x));
        }

        var scaled = x.ToArray();
        var exponent = Math.ILogB(largest);
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] = Math.ScaleB(scaled[i], -exponent);
        }

        return Math.ScaleB(Math.Sqrt(VectorKernels.Dot(scaled, scaled)), exponent);
    }

    private static void ForEach(int from, int to, long work, Action<int> body)
    {
        if (work >= ParallelFrom && to - from > 1)
        {
            Parallel.For(from, to, body);
            return;
        }

        for (var i = from; i < to; i++)
        {
            body(i);
        }
    }
}
