using MathNet.Numerics.LinearAlgebra;

namespace Federated.Aggregation;

/// <summary>
/// The freedom B → B Q, A → Qᵀ A with Q orthogonal, which changes no product. It is fixed so that a version's factors lie as near as possible to those
/// of the version before: a node's optimizer state and first-order steps keep their meaning.
/// </summary>
public static class Gauge
{
    /// <summary>Rotates a pair: Q = U Vᵀ of Bᵀ B_prev + A A_prevᵀ minimises ‖B Q − B_prev‖² + ‖Qᵀ A − A_prev‖² (orthogonal Procrustes).</summary>
    /// <param name="pair">The pair to rotate.</param>
    /// <param name="previous">Where it shall lie; of the same shape and rank.</param>
    /// <returns>The same product in the rotated factors.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static FactorPair Align(FactorPair pair, FactorPair previous)
    {
        ArgumentNullException.ThrowIfNull(pair);
        ArgumentNullException.ThrowIfNull(previous);
        if (
            (pair.Rank, pair.OutFeatures, pair.InFeatures) != (previous.Rank, previous.OutFeatures, previous.InFeatures)
        )
        {
            throw new ArgumentException(
                $"[{pair.OutFeatures}, {pair.Rank}, {pair.InFeatures}] beside [{previous.OutFeatures}, {previous.Rank}, {previous.InFeatures}]",
                nameof(previous)
            );
        }

        var overlap = Matrix<double>.Build.Dense(
            pair.Rank,
            pair.Rank,
            (i, j) => VectorKernels.Dot(pair.B[i], previous.B[j]) + VectorKernels.Dot(pair.A[i], previous.A[j])
        );
        var svd = overlap.Svd(computeVectors: true);
        var (b, a) = (new VectorSet(pair.Rank, pair.OutFeatures), new VectorSet(pair.Rank, pair.InFeatures));
        var weights = new double[pair.Rank];
        for (var j = 0; j < pair.Rank; j++)
        {
            for (var k = 0; k < pair.Rank; k++)
            {
                // Q[k, j], summed in a fixed order.
                weights[k] = 0;
                for (var l = 0; l < pair.Rank; l++)
                {
                    weights[k] += svd.U[k, l] * svd.VT[l, j];
                }
            }

            pair.B.Combine(weights, b[j]);
            pair.A.Combine(weights, a[j]);
        }

        return new(b, a);
    }
}
