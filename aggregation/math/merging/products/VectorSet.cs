namespace Federated.Aggregation;

/// <summary>Vectors of one length, each in one piece of memory: the columns of a B, or the rows of an A.</summary>
internal sealed class VectorSet(int count, int length)
{
    private readonly double[][] _vectors = Allocate(count, length);

    /// <summary>Number of vectors.</summary>
    public int Count => count;

    /// <summary>Elements of each.</summary>
    public int Length => length;

    /// <summary>Whether all elements are zero.</summary>
    public bool IsZero => _vectors.All(vector => !vector.AsSpan().ContainsAnyExcept(0.0));

    /// <summary>One vector.</summary>
    public Span<double> this[int index] => _vectors[index];

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
