using System.Runtime.InteropServices;

namespace Federated.Aggregation;

/// <summary>M = Σ w_j B_j A_j of one layer, of any ranks and weights, kept by its factors: the m × n matrix is formed only where that is cheaper.</summary>
/// <remarks>
/// The factors are stacked, Bc = [B_1 … B_K] (m × R) and Ac = [w_1 A_1; …; w_K A_K] (R × n), and reduced to a core (<see cref="ReducedSum"/>). Where the core would be
/// larger than <see cref="LargestWholeCore"/> and few components are wanted, these are found by <see cref="LeadingTriplets"/>. The same terms in the same order
/// give the same bits on every run of a build, whatever the number of threads.
/// </remarks>
public sealed class ProductSum
{
    // Beyond it, a few triplets of a large sum are found by iteration.
    internal const int LargestWholeCore = 1024;

    private readonly List<(double Weight, FactorPair Pair)> _terms = [];

    /// <summary>A sum without terms: zero.</summary>
    /// <param name="outFeatures">m.</param>
    /// <param name="inFeatures">n.</param>
    public ProductSum(int outFeatures, int inFeatures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outFeatures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inFeatures, 1);
        (OutFeatures, InFeatures) = (outFeatures, inFeatures);
    }

    /// <summary>m.</summary>
    public int OutFeatures { get; }

    /// <summary>n.</summary>
    public int InFeatures { get; }

    /// <summary>R = Σ r_j: no less than the rank of M.</summary>
    public int StackedRank { get; private set; }

    /// <summary>Adds a term. Terms are summed in the order in which they are added.</summary>
    /// <param name="weight">w, any finite number. A weight or a factor of zero adds nothing.</param>
    /// <param name="pair">B and A; not copied, so leave them as they are.</param>
    /// <returns>This sum.</returns>
    /// <exception cref="ArgumentException">Another shape, or a weight that is not finite.</exception>
    public ProductSum Add(double weight, FactorPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        if (pair.OutFeatures != OutFeatures || pair.InFeatures != InFeatures || !double.IsFinite(weight))
        {
            throw new ArgumentException(
                $"{weight} × [{pair.OutFeatures}, {pair.InFeatures}] among [{OutFeatures}, {InFeatures}]",
                nameof(pair)
            );
        }

        if (weight != 0 && !pair.IsZero)
        {
            _terms.Add((weight, pair));
            StackedRank += pair.Rank;
        }

        return this;
    }

    /// <summary>‖M‖_F, without the cancellation that squares of large terms would bring.</summary>
    public double Norm()
    {
        var squares = 0.0;
        foreach (var value in ReducedSum.Of(this).Core)
        {
            squares += value * value;
        }

        return Math.Sqrt(squares);
    }

    /// <summary>M itself.</summary>
    /// <returns>[m, n].</returns>
    public double[,] Dense()
    {
        var dense = new double[OutFeatures, InFeatures];
        for (var i = 0; i < OutFeatures; i++)
        {
            AddRow(i, MemoryMarshal.CreateSpan(ref dense[i, 0], InFeatures));
        }

        return dense;
    }

    /// <summary>M exactly, as one product of rank R with the weights on A's side (FLoRA, Wang et al. 2024, eq. 5).</summary>
    public FactorPair Stack()
    {
        var (b, a) = (new VectorSet(StackedRank, OutFeatures), new VectorSet(StackedRank, InFeatures));
        var at = 0;
        foreach (var (weight, pair) in _terms)
        {
            for (var k = 0; k < pair.Rank; k++, at++)
            {
                pair.B[k].CopyTo(b[at]);
                VectorKernels.AddScaled(a[at], weight, pair.A[k]);
            }
        }

        return new(b, a);
    }

    /// <summary>The best approximation of a rank (Eckart–Young), its singular values shared evenly between the factors.</summary>
    /// <param name="rank">r of the result, which has zeros where M has less. ≥ 1.</param>
    /// <param name="tailRank">How much of the rest to keep apart. ≥ 0.</param>
    public TruncatedProduct Truncate(int rank, int tailRank = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(tailRank);
        if (IsLarge(rank + tailRank) && TruncateLarge(rank, tailRank) is { } large)
        {
            return large;
        }

        var reduced = ReducedSum.Of(this);
        if (reduced.Size == 0)
        {
            return new(
                FactorPair.Zero(OutFeatures, rank, InFeatures),
                FactorPair.Zero(OutFeatures, 0, InFeatures),
                [],
                0
            );
        }

        var (b, a, values) = reduced.Leading(rank + tailRank);
        return TruncatedProduct.Of(b, a, rank, tailRank, values, 0);
    }

    // A whole decomposition would take minutes or hours for a few of its triplets.
    private bool IsLarge(int wanted)
    {
        var core = Math.Min(StackedRank, Math.Min(OutFeatures, InFeatures));
        return core > LargestWholeCore && 8 * (long)wanted <= core;
    }

    private TruncatedProduct? TruncateLarge(int rank, int tailRank)
    {
        var isDense = !IsWorthStacking;
        var stack = isDense ? null : Stack();
        var matrix = isDense ? new FactoredMatrix(null, DenseRows()) : new FactoredMatrix(stack!.B, stack.A);
        var triplets = LeadingTriplets.Of(matrix, rank + tailRank, exact: rank);
        if (triplets is null)
        {
            return null;
        }

        for (var j = 0; j < triplets.Values.Length; j++)
        {
            Scale(triplets.Left[j], Math.Sqrt(triplets.Values[j]));
            Scale(triplets.Right[j], Math.Sqrt(triplets.Values[j]));
        }

        return TruncatedProduct.Of(
            triplets.Left,
            triplets.Right,
            rank,
            tailRank,
            triplets.Values,
            triplets.RestSquared
        );
    }

    private static void Scale(Span<double> vector, double factor)
    {
        foreach (ref var value in vector)
        {
            value *= factor;
        }
    }

    /// <summary>Whether the stacked factors are smaller than what they make.</summary>
    internal bool IsWorthStacking => StackedRank < Math.Min(OutFeatures, InFeatures);

    /// <summary>M's rows.</summary>
    internal VectorSet DenseRows()
    {
        var rows = new VectorSet(OutFeatures, InFeatures);
        Parallel.For(0, OutFeatures, i => AddRow(i, rows[i]));
        return rows;
    }

    /// <summary>M's columns.</summary>
    internal VectorSet DenseColumns()
    {
        var columns = new VectorSet(InFeatures, OutFeatures);
        Parallel.For(
            0,
            InFeatures,
            j =>
            {
                foreach (var (weight, pair) in _terms)
                {
                    for (var k = 0; k < pair.Rank; k++)
                    {
                        VectorKernels.AddScaled(columns[j], weight * pair.A[k][j], pair.B[k]);
                    }
                }
            }
        );
        return columns;
    }

    private void AddRow(int i, Span<double> row)
    {
        foreach (var (weight, pair) in _terms)
        {
            for (var k = 0; k < pair.Rank; k++)
            {
                VectorKernels.AddScaled(row, weight * pair.B[k][i], pair.A[k]);
            }
        }
    }
}
