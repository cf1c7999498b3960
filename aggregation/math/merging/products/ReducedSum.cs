using System.Runtime.InteropServices;

namespace Federated.Aggregation;

/// <summary>A sum of products as M = Q_b · Core · Q_aᵀ with orthonormal columns: the core is small and has the singular values of M.</summary>
/// <remarks>
/// Two thin QR factorisations of the stacked factors, 4(m + n)R² operations; where R is no less than the smaller side, one of M itself. Memory is that of the stacked factors and of
/// two cores, or of M. The core is decomposed by <see cref="JacobiSvd"/>.
/// </remarks>
internal sealed class ReducedSum
{
    private readonly int _outFeatures;
    private readonly int _inFeatures;
    private readonly ThinQr? _b;
    private readonly ThinQr? _a;

    // A null Q is the identity.
    private ReducedSum(int outFeatures, int inFeatures, ThinQr? b, ThinQr? a, double[,] core)
    {
        (_outFeatures, _inFeatures, _b, _a, Core) = (outFeatures, inFeatures, b, a, core);
    }

    /// <summary>Square.</summary>
    public double[,] Core { get; }

    /// <summary>Its side; 0 of a sum without terms.</summary>
    public int Size => Core.GetLength(0);

    /// <summary>Reduces a sum.</summary>
    public static ReducedSum Of(ProductSum sum)
    {
        var (m, n) = (sum.OutFeatures, sum.InFeatures);
        if (sum.IsWorthStacking)
        {
            var stack = sum.Stack();
            var (b, a) = (ThinQr.Of(stack.B), ThinQr.Of(stack.A));
            return new(m, n, b, a, TimesTransposed(b.R, a.R));
        }

        if (n <= m)
        {
            var columns = ThinQr.Of(sum.DenseColumns());
            return new(m, n, columns, null, columns.R);
        }

        var rows = ThinQr.Of(sum.DenseRows());
        return new(m, n, null, rows, Transposed(rows.R));
    }

    /// <summary>The largest components, √σ shared evenly, and all singular values.</summary>
    /// <param name="count">How many at most.</param>
    public (VectorSet B, VectorSet A, IReadOnlyList<double> Values) Leading(int count)
    {
        var svd = JacobiSvd.Of(Core);
        count = Math.Min(count, Size);
        return (Combine(_b, svd.Left(count), _outFeatures), Combine(_a, svd.Right(count), _inFeatures), svd.Values);
    }

    // Both are upper triangular: the sum over k begins at the later of the two rows.
    private static double[,] TimesTransposed(double[,] left, double[,] right)
    {
        var size = left.GetLength(0);
        var product = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                var from = Math.Max(i, j);
                product[i, j] = VectorKernels.Dot(
                    MemoryMarshal.CreateReadOnlySpan(ref left[i, from], size - from),
                    MemoryMarshal.CreateReadOnlySpan(ref right[j, from], size - from)
                );
            }
        }

        return product;
    }

    private static double[,] Transposed(double[,] matrix)
    {
        var transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            for (var j = 0; j < matrix.GetLength(1); j++)
            {
                transposed[j, i] = matrix[i, j];
            }
        }

        return transposed;
    }

    private static VectorSet Combine(ThinQr? q, double[][] weights, int length)
    {
        if (q is not null)
        {
            return q.Combine(weights);
        }

        var made = new VectorSet(weights.Length, length);
        for (var j = 0; j < weights.Length; j++)
        {
            weights[j].CopyTo(made[j]);
        }

        return made;
    }
}
