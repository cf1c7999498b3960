namespace Federated.Aggregation;

/// <summary>
/// Small dense reference for low-rank averaging: what a weighted sum of products is, and what averaging the factors apart (FedIT) makes of it.
/// </summary>
/// <remarks>
/// Σ w BA − B̄Ā = Σ w (B − B̄)(A − Ā) when the weights sum to one: a covariance, zero exactly when one factor is common to all nodes. That is why
/// A is frozen.
/// </remarks>
public static class LowRankAverage
{
    /// <summary>Σ w_i B_i A_i.</summary>
    /// <param name="weights">One per pair.</param>
    /// <param name="b">B factors, each [m, r].</param>
    /// <param name="a">A factors, each [r, n].</param>
    /// <returns>[m, n].</returns>
    public static double[,] SumOfProducts(
        IReadOnlyList<double> weights,
        IReadOnlyList<double[,]> b,
        IReadOnlyList<double[,]> a
    )
    {
        RequireSameCount(weights, b, a);
        var sum = new double[b[0].GetLength(0), a[0].GetLength(1)];
        for (var i = 0; i < weights.Count; i++)
        {
            AddScaled(sum, Product(b[i], a[i]), weights[i]);
        }

        return sum;
    }

    /// <summary>(Σ w_i B_i)(Σ w_i A_i): what FedIT publishes.</summary>
    /// <returns>[m, n].</returns>
    public static double[,] ProductOfSums(
        IReadOnlyList<double> weights,
        IReadOnlyList<double[,]> b,
        IReadOnlyList<double[,]> a
    )
    {
        RequireSameCount(weights, b, a);
        return Product(Sum(weights, b), Sum(weights, a));
    }

    /// <summary>Σ w_i X_i.</summary>
    public static double[,] Sum(IReadOnlyList<double> weights, IReadOnlyList<double[,]> matrices)
    {
        var sum = new double[matrices[0].GetLength(0), matrices[0].GetLength(1)];
        for (var i = 0; i < weights.Count; i++)
        {
            AddScaled(sum, matrices[i], weights[i]);
        }

        return sum;
    }

    /// <summary>‖Σ w BA − B̄Ā‖_F: what averaging the factors apart loses.</summary>
    public static double FactorAveragingError(
        IReadOnlyList<double> weights,
        IReadOnlyList<double[,]> b,
        IReadOnlyList<double[,]> a
    )
    {
        var error = SumOfProducts(weights, b, a);
        AddScaled(error, ProductOfSums(weights, b, a), -1);
        double squares = 0;
        foreach (var value in error)
        {
            squares += value * value;
        }

        return Math.Sqrt(squares);
    }

    private static void RequireSameCount(
        IReadOnlyList<double> weights,
        IReadOnlyList<double[,]> b,
        IReadOnlyList<double[,]> a
    )
    {
        if (weights.Count == 0 || b.Count != weights.Count || a.Count != weights.Count)
        {
            throw new ArgumentException(
                $"{weights.Count} weights, {b.Count} B and {a.Count} A factors; expected the same number, at least 1",
                nameof(weights)
            );
        }
    }

    private static double[,] Product(double[,] left, double[,] right)
    {
        var inner = left.GetLength(1);
        if (right.GetLength(0) != inner)
        {
            throw new ArgumentException($"B has rank {inner}, A has {right.GetLength(0)}", nameof(right));
        }

        var product = new double[left.GetLength(0), right.GetLength(1)];
        for (var row = 0; row < product.GetLength(0); row++)
        {
            for (var k = 0; k < inner; k++)
            {
                for (var column = 0; column < product.GetLength(1); column++)
                {
                    product[row, column] += left[row, k] * right[k, column];
                }
            }
        }

        return product;
    }

    private static void AddScaled(double[,] sum, double[,] matrix, double factor)
    {
        if (matrix.GetLength(0) != sum.GetLength(0) || matrix.GetLength(1) != sum.GetLength(1))
        {
            throw new ArgumentException(
                $"[{matrix.GetLength(0)}, {matrix.GetLength(1)}] among [{sum.GetLength(0)}, {sum.GetLength(1)}]",
                nameof(matrix)
            );
        }

        for (var row = 0; row < sum.GetLength(0); row++)
        {
            for (var column = 0; column < sum.GetLength(1); column++)
            {
                sum[row, column] += factor * matrix[row, column];
            }
        }
    }
}
