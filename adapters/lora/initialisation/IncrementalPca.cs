using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Federated.Adapters;

/// <summary>
/// The strongest directions of rows that come in pieces: the right singular vectors of all rows so far, not centred, kept as a few rows
/// (Ross et al. 2008, §3.1, without the mean). Memory is components × width, however many rows come.
/// </summary>
/// <param name="width">Length of a row.</param>
/// <param name="components">How many directions are kept, 1 … width.</param>
internal sealed class IncrementalPca(int width, int components)
{
    // The cost of a row is least with about so many rows at once.
    private readonly int _rowsAtOnce = Math.Max(32, 2 * components);
    private readonly List<double[]> _waiting = [];
    private double[][] _kept = []; // row i is σᵢ vᵢ

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Sum of the squares of all elements so far.</summary>
    public double Energy { get; private set; }

    /// <summary>Takes one more row, which stays the PCA's.</summary>
    public void Add(double[] row)
    {
        Rows++;
        Energy += TensorPrimitives.SumOfSquares<double>(row);
        _waiting.Add(row);
        if (_waiting.Count >= _rowsAtOnce)
        {
            Fold();
        }
    }

    /// <summary>The directions, strongest first, and the share of <see cref="Energy"/> along each; as many as the rows span, at most those kept.</summary>
    public (double[][] Directions, double[] Shares) Components()
    {
        Fold();
        var shares = _kept.Select(row => TensorPrimitives.SumOfSquares<double>(row) / Energy).ToArray();
        return ([.. _kept.Select(Normalised)], shares);
    }

    private void Fold()
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        double[][] rows = [.. _kept, .. _waiting];
        _waiting.Clear();
        var gram = Matrix<double>.Build.Dense(rows.Length, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                gram[i, j] = gram[j, i] = TensorPrimitives.Dot<double>(rows[i], rows[j]);
            }
        }

        // M Mᵀ = Q Λ Qᵀ: the rows of Qᵀ M are σᵢ vᵢ.
        var eigen = gram.Evd(Symmetricity.Symmetric);
        // Below it a direction is rounding: the Gram matrix has squared the numbers.
        var least = eigen.EigenValues.Max(value => value.Real) * 1e-12;
        _kept =
        [
            .. Enumerable
                .Range(0, rows.Length)
                .Where(i => eigen.EigenValues[i].Real > least)
                .OrderByDescending(i => eigen.EigenValues[i].Real)
                .Take(components)
                .Select(i => Combine(rows, eigen.EigenVectors.Column(i))),
        ];
    }

    private double[] Combine(double[][] rows, Vector<double> weights)
    {
        var sum = new double[width];
        for (var i = 0; i < rows.Length; i++)
        {
            TensorPrimitives.MultiplyAdd<double>(rows[i], weights[i], sum, sum);
        }

        return sum;
    }

    private static double[] Normalised(double[] row)
    {
        var norm = TensorPrimitives.Norm<double>(row);
        return [.. row.Select(value => value / norm)];
    }
}
