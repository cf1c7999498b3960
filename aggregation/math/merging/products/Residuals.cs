using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>Products of growing rank as they are stored: by their factors, or as a matrix from where that has fewer numbers.</summary>
internal static class Residuals
{
    /// <summary>A stored product in double precision; null = nothing.</summary>
    public static FactorPair? PairOf(LayerProduct product, AdapterTensor tensor)
    {
        if (product.IsDense)
        {
            return Identity(tensor, product.B.Span);
        }

        return product.Rank == 0 ? null : FactorPair.FromRows(product.B.Span, product.A.Span, product.Rank);
    }

    /// <summary>Rounds a product to what is stored.</summary>
    public static LayerProduct Of(AdapterTensor tensor, FactorPair pair)
    {
        if (pair.Rank == 0 || pair.IsZero)
        {
            return LayerProduct.None;
        }

        if (!ProductsBlob.IsWorthFactors(tensor, pair.Rank))
        {
            return Dense(new ProductSum(tensor.OutFeatures, tensor.InFeatures).Add(1, pair));
        }

        var (b, a) = (new float[tensor.OutFeatures * pair.Rank], new float[pair.Rank * tensor.InFeatures]);
        pair.WriteB(b);
        pair.WriteA(a);
        return LayerProduct.Of(pair.Rank, a, b);
    }

    /// <summary>Adds a sum to a stored product: nothing is left out but the rounding to float32.</summary>
    public static LayerProduct Add(AdapterTensor tensor, LayerProduct product, ProductSum sum)
    {
        if (product.IsDense)
        {
            // Not through factors: the matrix would be multiplied with the identity.
            var matrix = product.B.ToArray();
            var dense = sum.Dense();
            for (var i = 0; i < matrix.Length; i++)
            {
                matrix[i] = (float)(matrix[i] + dense[i / tensor.InFeatures, i % tensor.InFeatures]);
            }

            return LayerProduct.Dense(matrix);
        }

        if (PairOf(product, tensor) is { } before)
        {
            sum.Add(1, before);
        }

        return sum.StackedRank == 0 || ProductsBlob.IsWorthFactors(tensor, sum.StackedRank)
            ? Of(tensor, sum.Stack())
            : Dense(sum);
    }

    private static LayerProduct Dense(ProductSum sum)
    {
        var dense = sum.Dense();
        var matrix = new float[dense.Length];
        for (var i = 0; i < matrix.Length; i++)
        {
            matrix[i] = (float)dense[i / sum.InFeatures, i % sum.InFeatures];
        }

        return LayerProduct.Dense(matrix);
    }

    // M = M I or I M, by the smaller identity.
    private static FactorPair Identity(AdapterTensor tensor, ReadOnlySpan<float> matrix)
    {
        var rank = Math.Min(tensor.OutFeatures, tensor.InFeatures);
        var identity = new float[rank * rank];
        for (var i = 0; i < rank; i++)
        {
            identity[(i * rank) + i] = 1;
        }

        return tensor.InFeatures == rank
            ? FactorPair.FromRows(matrix, identity, rank)
            : FactorPair.FromRows(identity, matrix, rank);
    }
}
