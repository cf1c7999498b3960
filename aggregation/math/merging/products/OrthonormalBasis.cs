namespace Federated.Aggregation;

/// <summary>Orthonormal vectors that become more, by classical Gram–Schmidt done twice ("twice is enough", Giraud et al. 2005).</summary>
internal sealed class OrthonormalBasis(int length)
{
    // Of what is smaller than this beside its vector only rounding is left.
    private const double SmallestPart = 1e-12;

    private readonly List<double[]> _vectors = [];

    /// <summary>Number of vectors.</summary>
    public int Count => _vectors.Count;

    /// <summary>The last vectors.</summary>
    public VectorSet Last(int count) => VectorSet.Of(_vectors[^count..], length);

    /// <summary>Σ_k weights[k] · vector k.</summary>
    public VectorSet Combine(double[][] weights)
    {
        var made = new VectorSet(weights.Length, length);
        Parallel.For(
            0,
            weights.Length,
            j =>
            {
                for (var k = 0; k < _vectors.Count; k++)
                {
                    VectorKernels.AddScaled(made[j], weights[j][k], _vectors[k]);
                }
            }
        );
        return made;
    }

    /// <summary>Adds what the vectors have beside the basis. Those that have nothing are left out.</summary>
    /// <returns>How many were added.</returns>
    public int Extend(VectorSet vectors)
    {
        var before = Count;
        for (var j = 0; j < vectors.Count && Count < length; j++)
        {
            var vector = vectors[j].ToArray();
            var whole = Math.Sqrt(VectorKernels.Dot(vector, vector));
            Subtract(vector);
            Subtract(vector);
            var part = Math.Sqrt(VectorKernels.Dot(vector, vector));
            if (part > SmallestPart * whole)
            {
                foreach (ref var value in vector.AsSpan())
                {
                    value /= part;
                }

                _vectors.Add(vector);
            }
        }

        return Count - before;
    }

    private void Subtract(double[] vector)
    {
        var parts = new double[_vectors.Count];
        Parallel.For(0, parts.Length, k => parts[k] = VectorKernels.Dot(_vectors[k], vector));
        for (var k = 0; k < parts.Length; k++)
        {
            VectorKernels.AddScaled(vector, -parts[k], _vectors[k]);
        }
    }
}
