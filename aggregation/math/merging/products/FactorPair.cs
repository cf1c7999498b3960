namespace Federated.Aggregation;

/// <summary>A product B·A of one layer by its factors, in double precision: B is [OutFeatures, Rank], A is [Rank, InFeatures].</summary>
public sealed class FactorPair
{
    internal FactorPair(VectorSet b, VectorSet a)
    {
        if (a.Count != b.Count)
        {
            throw new ArgumentException($"B has rank {b.Count}, A has {a.Count}", nameof(a));
        }

        (B, A) = (b, a);
    }

    /// <summary>Rows of the product.</summary>
    public int OutFeatures => B.Length;

    /// <summary>Columns of the product.</summary>
    public int InFeatures => A.Length;

    /// <summary>r.</summary>
    public int Rank => B.Count;

    /// <summary>Whether a factor is zero, and so the product: as B is before any training.</summary>
    internal bool IsZero => B.IsZero || A.IsZero;

    /// <summary>The columns of B.</summary>
    internal VectorSet B { get; }

    /// <summary>The rows of A.</summary>
    internal VectorSet A { get; }

    /// <summary>Factors as they lie in blobs and files.</summary>
    /// <param name="b">B, [outFeatures, rank], row-major.</param>
    /// <param name="a">A, [rank, inFeatures], row-major.</param>
    /// <param name="rank">r. ≥ 1.</param>
    /// <exception cref="ArgumentException">The lengths are no multiple of the rank.</exception>
    public static FactorPair FromRows(ReadOnlySpan<float> b, ReadOnlySpan<float> a, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        if (b.Length % rank != 0 || a.Length % rank != 0)
        {
            throw new ArgumentException(
                $"{b.Length} and {a.Length} elements do not make factors of rank {rank}",
                nameof(rank)
            );
        }

        var pair = Zero(b.Length / rank, rank, a.Length / rank);
        pair.AddRows(b, a);
        return pair;
    }

    /// <summary>Factors as matrices.</summary>
    /// <param name="b">[outFeatures, rank].</param>
    /// <param name="a">[rank, inFeatures].</param>
    /// <exception cref="ArgumentException">The ranks differ.</exception>
    public static FactorPair From(double[,] b, double[,] a)
    {
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(a);
        var (columns, rows) = (
            new VectorSet(b.GetLength(1), b.GetLength(0)),
            new VectorSet(a.GetLength(0), a.GetLength(1))
        );
        for (var k = 0; k < columns.Count; k++)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                columns[k][i] = b[i, k];
            }
        }

        for (var k = 0; k < rows.Count; k++)
        {
            for (var j = 0; j < rows.Length; j++)
            {
                rows[k][j] = a[k, j];
            }
        }

        return new(columns, rows);
    }

    /// <summary>B, rounded to float32, row-major.</summary>
    public void WriteB(Span<float> into)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(into.Length, OutFeatures * Rank);
        for (var k = 0; k < Rank; k++)
        {
            var column = B[k];
            for (var i = 0; i < column.Length; i++)
            {
                into[(i * Rank) + k] = (float)column[i];
            }
        }
    }

    /// <summary>A, rounded to float32, row-major.</summary>
    public void WriteA(Span<float> into)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(into.Length, InFeatures * Rank);
        for (var k = 0; k < Rank; k++)
        {
            var row = A[k];
            for (var j = 0; j < row.Length; j++)
            {
                into[(k * row.Length) + j] = (float)row[j];
            }
        }
    }

    /// <summary>B·A.</summary>
    /// <returns>[OutFeatures, InFeatures].</returns>
    public double[,] Product() => new ProductSum(OutFeatures, InFeatures).Add(1, this).Dense();

    /// <summary>Factors of zeros.</summary>
    internal static FactorPair Zero(int outFeatures, int rank, int inFeatures) =>
        new(new VectorSet(rank, outFeatures), new VectorSet(rank, inFeatures));

    /// <summary>A copy.</summary>
    internal FactorPair Copy() => Zero(OutFeatures, Rank, InFeatures).Accumulate(1, this);

    /// <summary>Adds a multiple to both factors apart (not to the product).</summary>
    internal FactorPair Accumulate(double factor, FactorPair other)
    {
        for (var k = 0; k < Rank; k++)
        {
            VectorKernels.AddScaled(B[k], factor, other.B[k]);
            VectorKernels.AddScaled(A[k], factor, other.A[k]);
        }

        return this;
    }

    /// <summary>Adds row-major factors; an empty span adds nothing.</summary>
    internal void AddRows(ReadOnlySpan<float> b, ReadOnlySpan<float> a)
    {
        for (var i = 0; i < b.Length; i++)
        {
            B[i % Rank][i / Rank] += b[i];
        }

        for (var k = 0; a.Length > 0 && k < Rank; k++)
        {
            var row = A[k];
            for (var j = 0; j < row.Length; j++)
            {
                row[j] += a[(k * row.Length) + j];
            }
        }
    }
}
