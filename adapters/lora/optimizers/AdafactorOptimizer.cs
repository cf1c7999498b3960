namespace Federated.Adapters;

/// <summary>
/// Adafactor (Shazeer &amp; Stern 2018, Algorithm 4) with a learning rate from outside, no mean of gradients and decoupled weight decay:
/// the squares of an n × m factor are kept as its row and column means, n + m numbers instead of n · m.
/// </summary>
/// <remarks>Sums are taken in doubles, in the order of the elements.</remarks>
internal sealed class AdafactorOptimizer(
    LocalOptimizerOptions options,
    int dimension,
    IReadOnlyList<MatrixBlock> blocks
) : LocalOptimizer(options, dimension)
{
    internal const double SmallestSquare = 1e-30; // ε₁
    internal const double ClippingThreshold = 1; // of the update's root mean square
    private readonly float[] _rows = new float[blocks.Sum(block => block.Rows)];
    private readonly float[] _columns = new float[blocks.Sum(block => block.Columns)];

    /// <summary>β₂ₜ = 1 − t^−0.8 of step t ≥ 1.</summary>
    internal static double DecayAt(long step) => 1 - Math.Pow(step, -0.8);

    private protected override OptimizerKind Kind => OptimizerKind.Adafactor;

    private protected override IReadOnlyList<float[]> Moments => [_rows, _columns];

    private protected override void Apply(Span<float> parameters, ReadOnlySpan<float> gradient, double learningRate)
    {
        var (row, column) = (0, 0);
        foreach (var block in blocks)
        {
            var length = block.Rows * block.Columns;
            Apply(
                block,
                parameters.Slice(block.Offset, length),
                gradient.Slice(block.Offset, length),
                _rows.AsSpan(row, block.Rows),
                _columns.AsSpan(column, block.Columns),
                learningRate
            );
            row += block.Rows;
            column += block.Columns;
        }
    }

    private void Apply(
        MatrixBlock block,
        Span<float> parameters,
        ReadOnlySpan<float> gradient,
        Span<float> rows,
        Span<float> columns,
        double learningRate
    )
    {
        var (rowMeans, columnMeans) = Means(block, gradient);
        var decay = DecayAt(Steps);
        var total = 0.0;
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = (float)((decay * rows[i]) + ((1 - decay) * rowMeans[i]));
            total += rows[i];
        }

        for (var j = 0; j < columns.Length; j++)
        {
            columns[j] = (float)((decay * columns[j]) + ((1 - decay) * columnMeans[j]));
        }

        var mean = total / rows.Length;
        var update = new double[gradient.Length];
        var squares = 0.0;
        for (var i = 0; i < block.Rows; i++)
        {
            for (var j = 0; j < block.Columns; j++)
            {
                var at = (i * block.Columns) + j;
                update[at] = gradient[at] / Math.Sqrt(rows[i] / mean * columns[j]);
                squares += update[at] * update[at];
            }
        }

        var rate = learningRate / Math.Max(1, Math.Sqrt(squares / update.Length) / ClippingThreshold);
        var keep = 1 - (learningRate * Options.WeightDecay);
        for (var at = 0; at < update.Length; at++)
        {
            parameters[at] = (float)((parameters[at] * keep) - (rate * update[at]));
        }
    }

    private static (double[] Rows, double[] Columns) Means(MatrixBlock block, ReadOnlySpan<float> gradient)
    {
        var (rows, columns) = (new double[block.Rows], new double[block.Columns]);
        for (var i = 0; i < block.Rows; i++)
        {
            for (var j = 0; j < block.Columns; j++)
            {
                var g = (double)gradient[(i * block.Columns) + j];
                var square = (g * g) + SmallestSquare;
                rows[i] += square / block.Columns;
                columns[j] += square / block.Rows;
            }
        }

        return (rows, columns);
    }
}
