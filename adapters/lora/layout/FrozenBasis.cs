namespace Federated.Adapters;

/// <summary>The frozen basis Q of a layer's outputs, [out, r] with orthonormal columns: the transpose of a <see cref="FrozenFactor"/> of its own.</summary>
internal static class FrozenBasis
{
    /// <summary>Makes the basis.</summary>
    /// <param name="seed">Public seed, ≥ 0.</param>
    /// <param name="path">The layer's path.</param>
    /// <param name="rank">Columns r, 1 … outFeatures.</param>
    /// <param name="outFeatures">Rows.</param>
    /// <returns>Q, [out, r] row-major; Qᵀ Q = I up to the rounding to float.</returns>
    public static float[] Create(long seed, string path, int rank, int outFeatures)
    {
        // Another path than the factor A has: a square layer's A and Q differ.
        var rows = FrozenFactor.Create(seed, $"{path} basis", rank, outFeatures);
        var basis = new float[rows.Length];
        for (var i = 0; i < rank; i++)
        {
            for (var j = 0; j < outFeatures; j++)
            {
                basis[(j * rank) + i] = rows[(i * outFeatures) + j];
            }
        }

        return basis;
    }

    /// <summary>Q C.</summary>
    /// <param name="basis">Q, [out, r].</param>
    /// <param name="core">C, [r, r].</param>
    /// <param name="outFeatures">Rows of Q.</param>
    /// <param name="rank">r.</param>
    public static float[] Times(float[] basis, ReadOnlySpan<float> core, int outFeatures, int rank)
    {
        var product = new float[basis.Length];
        for (var row = 0; row < outFeatures; row++)
        {
            for (var column = 0; column < rank; column++)
            {
                var sum = 0.0;
                for (var k = 0; k < rank; k++)
                {
                    sum += (double)basis[(row * rank) + k] * core[(k * rank) + column];
                }

                product[(row * rank) + column] = (float)sum;
            }
        }

        return product;
    }

    /// <summary>Qᵀ B: the core of a B that lies in the basis.</summary>
    /// <param name="basis">Q, [out, r].</param>
    /// <param name="b">B, [out, r].</param>
    /// <param name="outFeatures">Rows of both.</param>
    /// <param name="rank">r.</param>
    public static float[] CoreOf(float[] basis, float[] b, int outFeatures, int rank)
    {
        var core = new float[rank * rank];
        for (var i = 0; i < rank; i++)
        {
            for (var j = 0; j < rank; j++)
            {
                var sum = 0.0;
                for (var row = 0; row < outFeatures; row++)
                {
                    sum += (double)basis[(row * rank) + i] * b[(row * rank) + j];
                }

                core[(i * rank) + j] = (float)sum;
            }
        }

        return core;
    }
}
