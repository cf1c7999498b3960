namespace Federated.Adapters;

/// <summary>A factor in a flat vector, for optimizers that look at rows and columns.</summary>
/// <param name="Offset">Where it begins, in elements.</param>
/// <param name="Rows">Rows, ≥ 1.</param>
/// <param name="Columns">Columns, ≥ 1; the matrix lies row by row.</param>
internal readonly record struct MatrixBlock(int Offset, int Rows, int Columns)
{
    /// <summary>The factors of a layout, in the order of its flat vector.</summary>
    public static IReadOnlyList<MatrixBlock> Of(AdapterLayout layout)
    {
        var blocks = new List<MatrixBlock>();
        foreach (var tensor in layout.Tensors)
        {
            if (tensor.Holds.HasFlag(HeldFactors.A))
            {
                blocks.Add(new((int)tensor.OffsetOfA, tensor.Rank, tensor.InFeatures));
            }

            if (tensor.Holds.HasFlag(HeldFactors.B))
            {
                blocks.Add(new((int)tensor.OffsetOfB, tensor.RowsOfB, tensor.Rank));
            }
        }

        return blocks;
    }
}
