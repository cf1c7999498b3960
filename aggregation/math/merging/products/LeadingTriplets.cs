using MathNet.Numerics.LinearAlgebra;

namespace Federated.Aggregation;

/// <summary>
/// The largest singular values and vectors of a matrix that is too large to be decomposed whole: Rayleigh–Ritz over a block Krylov space of MᵀM (Golub, Luk and Overton 1981;
/// Musco and Musco 2015), kept orthogonal, from a fixed start, until the triplets asked for stand to rounding.
/// </summary>
/// <remarks>
/// Whatever the space V, K = Σ s p (V q)ᵀ from the triplets (s, p, q) of M V is orthogonal to M − K, so that ‖M − K‖² = ‖M‖² − ‖K‖² holds of any of its parts and is no
/// estimate.
/// </remarks>
internal sealed class LeadingTriplets
{
    private const int BlockSize = 16;
    private const double Tolerance = 1e-13;

    private LeadingTriplets(VectorSet left, VectorSet right, double[] values, double restSquared)
    {
        (Left, Right, Values, RestSquared) = (left, right, values, restSquared);
    }

    /// <summary>p: left singular vectors.</summary>
    public VectorSet Left { get; }

    /// <summary>V q: right singular vectors.</summary>
    public VectorSet Right { get; }

    /// <summary>s, descending.</summary>
    public double[] Values { get; }

    /// <summary>‖M‖² less the squares of <see cref="Values"/>: of all that is left out.</summary>
    public double RestSquared { get; }

    /// <summary>Finds the largest triplets.</summary>
    /// <param name="matrix">M.</param>
    /// <param name="count">How many. ≥ 1.</param>
    /// <param name="exact">How many of them must stand to rounding; the others are as good as the space is by then.</param>
    /// <returns>Null where they do not stand in a space of half the smaller side (a spectrum without gaps): the whole decomposition is cheaper then.</returns>
    public static LeadingTriplets? Of(FactoredMatrix matrix, int count, int exact)
    {
        var largestSpace = Math.Min(matrix.Rows, matrix.Columns) / 2;
        var squaredNorm = matrix.SquaredNorm();
        var space = new OrthonormalBasis(matrix.Columns);
        var images = new List<VectorSet>();
        var random = new Random(1);
        var added = space.Extend(Start(matrix.Columns, random));
        var next = Math.Max(4 * BlockSize, 2 * count);
        while (true)
        {
            var image = matrix.Times(space.Last(added));
            images.Add(image);
            added = space.Extend(matrix.TransposedTimes(image));
            if (added == 0)
            {
                // M maps the space onto itself: there may be more that the start did not touch.
                added = space.Extend(Start(matrix.Columns, random));
            }

            var reached = space.Count - added;
            if (added == 0 || reached >= next)
            {
                var found = Find(matrix, space, images, Math.Min(count, reached), squaredNorm);
                if (added == 0 || found.Stands(matrix, Math.Min(exact, reached)))
                {
                    return found;
                }

                if (reached >= largestSpace)
                {
                    return null;
                }

                next = Math.Min(largestSpace, reached + Math.Max(4 * BlockSize, reached / 3));
            }
        }
    }

    private static LeadingTriplets Find(
        FactoredMatrix matrix,
        OrthonormalBasis space,
        List<VectorSet> images,
        int count,
        double squaredNorm
    )
    {
        var all = VectorSet.CopyOf(images, matrix.Rows);
        var reached = all.Count;
        var qr = ThinQr.Of(all);
        var svd = Matrix<double>.Build.DenseOfArray(qr.R).Svd(computeVectors: true);
        var (left, right) = (new double[count][], new double[count][]);
        for (var j = 0; j < count; j++)
        {
            left[j] = svd.U.Column(j).ToArray();
            right[j] = [.. svd.VT.Row(j), .. new double[space.Count - reached]];
        }

        var values = svd.S.Take(count).ToArray();
        return new(
            qr.Combine(left),
            space.Combine(right),
            values,
            Math.Max(0, squaredNorm - values.Sum(value => value * value))
        );
    }

    // ‖Mᵀ p − s v‖ is how far a triplet is from one of M's.
    private bool Stands(FactoredMatrix matrix, int count)
    {
        var back = matrix.TransposedTimes(Left.First(count));
        for (var j = 0; j < count; j++)
        {
            VectorKernels.AddScaled(back[j], -Values[j], Right[j]);
            if (Math.Sqrt(VectorKernels.Dot(back[j], back[j])) > Tolerance * Values[0])
            {
                return false;
            }
        }

        return true;
    }

    private static VectorSet Start(int length, Random random)
    {
        var start = new VectorSet(Math.Min(BlockSize, length), length);
        for (var j = 0; j < start.Count; j++)
        {
            foreach (ref var value in start[j])
            {
                value = random.NextDouble() - 0.5;
            }
        }

        return start;
    }
}
