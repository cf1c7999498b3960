namespace Federated.Aggregation;

/// <summary>M as Σ b_k a_kᵀ, or as its rows a_k where there are no b: what it does to vectors, without more memory than its numbers.</summary>
/// <remarks>Each number of a result is summed by one thread in the order of k: the same bits on any number of threads.</remarks>
internal sealed class FactoredMatrix(VectorSet? b, VectorSet a)
{
    private const int Tile = 512;

    /// <summary>m.</summary>
    public int Rows => b?.Length ?? a.Count;

    /// <summary>n.</summary>
    public int Columns => a.Length;

    /// <summary>‖M‖_F²; by the Gram matrices of the factors, or by the rows.</summary>
    public double SquaredNorm()
    {
        var sums = new double[a.Count];
        Parallel.For(
            0,
            a.Count,
            k =>
            {
                for (var l = 0; l < (b is null ? 1 : a.Count); l++)
                {
                    sums[k] += b is null
                        ? VectorKernels.Dot(a[k], a[k])
                        : VectorKernels.Dot(b[k], b[l]) * VectorKernels.Dot(a[k], a[l]);
                }
            }
        );
        return sums.Sum();
    }

    /// <summary>M x of each vector.</summary>
    public VectorSet Times(VectorSet x) => b is null ? Transposed(Dots(a, x)) : Combine(b, Dots(a, x));

    /// <summary>Mᵀ y of each vector.</summary>
    public VectorSet TransposedTimes(VectorSet y) => Combine(a, b is null ? Transposed(y) : Dots(b, y));

    // [k][j] = ⟨vectors_k, x_j⟩
    private static VectorSet Dots(VectorSet vectors, VectorSet x)
    {
        var dots = new VectorSet(vectors.Count, x.Count);
        Parallel.For(
            0,
            vectors.Count,
            k =>
            {
                for (var j = 0; j < x.Count; j++)
                {
                    dots[k][j] = VectorKernels.Dot(vectors[k], x[j]);
                }
            }
        );
        return dots;
    }

    // Σ_k weights[k][j] vectors_k, each tile of each vector read once.
    private static VectorSet Combine(VectorSet vectors, VectorSet weights)
    {
        var made = new VectorSet(weights.Length, vectors.Length);
        Parallel.For(
            0,
            (vectors.Length + Tile - 1) / Tile,
            tile =>
            {
                var (from, length) = (tile * Tile, Math.Min(Tile, vectors.Length - (tile * Tile)));
                for (var k = 0; k < vectors.Count; k++)
                {
                    for (var j = 0; j < made.Count; j++)
                    {
                        VectorKernels.AddScaled(
                            made[j].Slice(from, length),
                            weights[k][j],
                            vectors[k].Slice(from, length)
                        );
                    }
                }
            }
        );
        return made;
    }

    private static VectorSet Transposed(VectorSet set)
    {
        var transposed = new VectorSet(set.Length, set.Count);
        for (var k = 0; k < set.Count; k++)
        {
            for (var j = 0; j < set.Length; j++)
            {
                transposed[j][k] = set[k][j];
            }
        }

        return transposed;
    }
}
