using System.Runtime.InteropServices;

namespace Federated.Aggregation;

/// <summary>Vectors of one length, each in one piece of memory: the columns of a B, or the rows of an A.</summary>
internal sealed class VectorSet
{
    private readonly double[][] _vectors;

    /// <summary>Vectors of zeros.</summary>
    public VectorSet(int count, int length)
        : this(Allocate(count, length), length) { }

    private VectorSet(double[][] vectors, int length)
    {
        (_vectors, Length) = (vectors, length);
    }

    /// <summary>Number of vectors.</summary>
    public int Count => _vectors.Length;

    /// <summary>Elements of each.</summary>
    public int Length { get; }

    /// <summary>Vectors that are there; not copied.</summary>
    public static VectorSet Of(IEnumerable<double[]> vectors, int length) => new([.. vectors], length);

    /// <summary>Copies of the vectors of several sets, in order.</summary>
    public static VectorSet CopyOf(IEnumerable<VectorSet> sets, int length) =>
        new([.. sets.SelectMany(set => set._vectors).Select(vector => vector.ToArray())], length);

    /// <summary>The rows of a matrix, copied.</summary>
    public static VectorSet RowsOf(double[,] matrix)
    {
        var rows = new VectorSet(matrix.GetLength(0), matrix.GetLength(1));
        for (var i = 0; i < rows.Count; i++)
        {
            MemoryMarshal.CreateReadOnlySpan(ref matrix[i, 0], rows.Length).CopyTo(rows[i]);
        }

        return rows;
    }

    /// <summary>The columns of a matrix, copied.</summary>
    public static VectorSet ColumnsOf(double[,] matrix)
    {
        var columns = new VectorSet(matrix.GetLength(1), matrix.GetLength(0));
        for (var i = 0; i < columns.Length; i++)
        {
            for (var j = 0; j < columns.Count; j++)
            {
                columns[j][i] = matrix[i, j];
            }
        }

        return columns;
    }

    /// <summary>The first vectors; not copied.</summary>
    public VectorSet First(int count) => new(_vectors[..count], Length);

    /// <summary>Whether all elements are zero.</summary>
    public bool IsZero => _vectors.All(vector => !vector.AsSpan().ContainsAnyExcept(0.0));

    /// <summary>One vector.</summary>
    public Span<double> this[int index] => _vectors[index];

    /// <summary>The last vector alone; not copied.</summary>
    public VectorSet Last() => new(_vectors[^1..], Length);

    /// <summary>Σ_k weights[k] · vector k of the first <paramref name="weights"/>.Length vectors, added in order.</summary>
    public void Combine(ReadOnlySpan<double> weights, Span<double> into)
    {
        into.Clear();
        for (var k = 0; k < weights.Length; k++)
        {
            VectorKernels.AddScaled(into, weights[k], _vectors[k]);
        }
    }

    /// <summary>The vectors e_0 … of the standard basis.</summary>
    public static VectorSet Identity(int size)
    {
        var set = new VectorSet(size, size);
        for (var i = 0; i < size; i++)
        {
            set[i][i] = 1;
        }

        return set;
    }

    // One array for each: an adapter of rank 1024 on a large layer would not fit into one.
    private static double[][] Allocate(int count, int length)
    {
        var vectors = new double[count][];
        for (var i = 0; i < count; i++)
        {
            vectors[i] = new double[length];
        }

        return vectors;
    }
}
