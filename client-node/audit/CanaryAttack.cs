using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Federated.ClientNode;

/// <summary>Which canaries were trained on, as well as an observer of the update can tell: least squares on their gradients.</summary>
internal static class CanaryAttack
{
    private const double Ridge = 1e-3;

    /// <summary>
    /// Explains an update as a sum of the canaries' gradients, and of some of the owner's records' so that these are not taken for canaries: solves
    /// (GGᵀ + λI) b = −GΔ.
    /// </summary>
    /// <param name="canaries">[m, d], float64.</param>
    /// <param name="others">[k, d], float64; k may be 0.</param>
    /// <param name="update">Δ [d]: minus the sum of what was drawn, and noise.</param>
    /// <returns>b of each canary; a higher one says "was in".</returns>
    public static double[] Scores(Tensor canaries, Tensor others, float[] update)
    {
        using var scope = NewDisposeScope();
        var rows = cat([canaries, others]); // [m + k, d]
        var gram = rows.mm(rows.t());
        var target = rows.mv(tensor(update, float64).neg());
        var size = (int)rows.shape[0];
        var matrix = Matrix<double>.Build.Dense(size, size, gram.data<double>().ToArray());
        var ridge = Ridge * Enumerable.Range(0, size).Average(i => matrix[i, i]);
        for (var i = 0; i < size; i++)
        {
            matrix[i, i] += ridge;
        }

        var solution = matrix.Cholesky().Solve(Vector<double>.Build.Dense(target.data<double>().ToArray()));
        return [.. solution.Take((int)canaries.shape[0])];
    }
}
