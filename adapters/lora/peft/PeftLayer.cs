namespace Federated.Adapters;

/// <summary>One layer of an adapter as PEFT files hold it: ΔW = Scale · B A, with a rank and a scale of its own.</summary>
/// <param name="Path">The base layer's path.</param>
/// <param name="Rank">r ≥ 1.</param>
/// <param name="OutFeatures">Rows of B.</param>
/// <param name="InFeatures">Columns of A.</param>
/// <param name="Scale">The factor on the product.</param>
/// <param name="B">[OutFeatures, Rank], row-major.</param>
/// <param name="A">[Rank, InFeatures], row-major.</param>
public sealed record PeftLayer(
    string Path,
    int Rank,
    int OutFeatures,
    int InFeatures,
    double Scale,
    ReadOnlyMemory<float> B,
    ReadOnlyMemory<float> A
)
{
    /// <summary>A layer of a version: the adapter's factors, and under them those of the residual, as one product of the summed rank.</summary>
    /// <param name="tensor">The layer.</param>
    /// <param name="b">The adapter's B.</param>
    /// <param name="a">The adapter's A.</param>
    /// <param name="residual">What stands beside it.</param>
    public static PeftLayer Of(
        AdapterTensor tensor,
        ReadOnlySpan<float> b,
        ReadOnlySpan<float> a,
        LayerProduct residual
    )
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(residual);
        var (other, otherB, otherA) = Factors(tensor, residual);
        var rank = tensor.Rank + other;
        var joined = new float[tensor.OutFeatures * rank];
        for (var i = 0; i < tensor.OutFeatures; i++)
        {
            b.Slice(i * tensor.Rank, tensor.Rank).CopyTo(joined.AsSpan(i * rank));
            otherB.Slice(i * other, other).Span.CopyTo(joined.AsSpan((i * rank) + tensor.Rank));
        }

        return new(
            tensor.Path,
            rank,
            tensor.OutFeatures,
            tensor.InFeatures,
            tensor.Scale,
            joined,
            (float[])[.. a, .. otherA.Span]
        );
    }

    // A matrix is itself times the smaller identity.
    private static (int Rank, ReadOnlyMemory<float> B, ReadOnlyMemory<float> A) Factors(
        AdapterTensor tensor,
        LayerProduct product
    )
    {
        if (!product.IsDense)
        {
            return (product.Rank, product.B, product.A);
        }

        var rank = Math.Min(tensor.OutFeatures, tensor.InFeatures);
        var identity = new float[rank * rank];
        for (var i = 0; i < rank; i++)
        {
            identity[(i * rank) + i] = 1;
        }

        return rank == tensor.InFeatures ? (rank, product.B, identity) : (rank, identity, product.B);
    }
}
