namespace Federated.Adapters.Tests.Models;

/// <summary>The arithmetic of transformers in double loops over plain arrays: slow, and nothing of the product in it.</summary>
internal static class Plain
{
    /// <summary>x Wᵀ + b for W [out, in] row-major.</summary>
    public static double[] Linear(double[] x, double[] weight, double[]? bias = null)
    {
        var y = new double[weight.Length / x.Length];
        for (var o = 0; o < y.Length; o++)
        {
            y[o] = bias is null ? 0 : bias[o];
            for (var i = 0; i < x.Length; i++)
            {
                y[o] += weight[(o * x.Length) + i] * x[i];
            }
        }

        return y;
    }

    /// <summary>x W + b for W [in, out] row-major.</summary>
    public static double[] Conv1D(double[] x, double[] weight, double[] bias)
    {
        var y = (double[])bias.Clone();
        for (var i = 0; i < x.Length; i++)
        {
            for (var o = 0; o < y.Length; o++)
            {
                y[o] += x[i] * weight[(i * y.Length) + o];
            }
        }

        return y;
    }

    public static double[] RmsNorm(ReadOnlySpan<double> x, double[] weight, double epsilon)
    {
        var squares = 0.0;
        foreach (var value in x)
        {
            squares += value * value;
        }

        var y = new double[x.Length];
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = x[i] / Math.Sqrt((squares / x.Length) + epsilon) * weight[i];
        }

        return y;
    }

    public static double[] LayerNorm(double[] x, double[] weight, double[] bias, double epsilon)
    {
        var mean = x.Average();
        var variance = x.Average(value => (value - mean) * (value - mean));
        return [.. x.Select((value, i) => ((value - mean) / Math.Sqrt(variance + epsilon) * weight[i]) + bias[i])];
    }

    public static double[] Add(double[] x, double[] y) => [.. x.Zip(y, (left, right) => left + right)];

    public static double[] Row(double[] table, int row, int width) => table[(row * width)..((row + 1) * width)];

    /// <summary>One head: softmax(q·k · scale) v for every query, over the keys that it may see.</summary>
    public static double[][] Attend(
        double[][] query,
        double[][] key,
        double[][] value,
        double scale,
        Func<int, int, bool> sees
    )
    {
        var mixed = new double[query.Length][];
        for (var i = 0; i < query.Length; i++)
        {
            var scores = new Dictionary<int, double>();
            for (var j = 0; j < key.Length; j++)
            {
                if (sees(i, j))
                {
                    scores[j] = scale * query[i].Zip(key[j], (left, right) => left * right).Sum();
                }
            }

            var largest = scores.Values.Max();
            var total = scores.Values.Sum(score => Math.Exp(score - largest));
            mixed[i] = new double[value[0].Length];
            foreach (var (j, score) in scores)
            {
                for (var d = 0; d < mixed[i].Length; d++)
                {
                    mixed[i][d] += Math.Exp(score - largest) / total * value[j][d];
                }
            }
        }

        return mixed;
    }

    public static double Silu(double x) => x / (1 + Math.Exp(-x));

    public static double GeluNew(double x) =>
        0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>x Φ(x), Φ by the series of the error function (x ∈ [−6, 6] to 1e-12).</summary>
    public static double Gelu(double x)
    {
        var z = x / Math.Sqrt(2);
        if (Math.Abs(z) > 5)
        {
            return z > 0 ? x : 0;
        }

        var (term, sum) = (z, z);
        for (var n = 1; n < 200; n++)
        {
            term *= -z * z / n;
            sum += term / ((2 * n) + 1);
        }

        return 0.5 * x * (1 + (2 / Math.Sqrt(Math.PI) * sum));
    }
}
