namespace Federated.Adapters;

/// <summary>
/// One layer's frozen product ΔW = B A of any rank, or ΔW itself where that has fewer numbers. Like the adapter's product it counts Scale times.
/// </summary>
public sealed class LayerProduct
{
    private LayerProduct(int rank, bool isDense, ReadOnlyMemory<float> a, ReadOnlyMemory<float> b)
    {
        (Rank, IsDense, A, B) = (rank, isDense, a, b);
    }

    /// <summary>Nothing: ΔW = 0.</summary>
    public static LayerProduct None { get; } = new(0, false, default, default);

    /// <summary>r; 0 = nothing. Of a dense one, which has no factors, also 0.</summary>
    public int Rank { get; }

    /// <summary>Whether <see cref="B"/> is ΔW itself, [out, in].</summary>
    public bool IsDense { get; }

    /// <summary>A, [r, in] row-major; empty when dense.</summary>
    public ReadOnlyMemory<float> A { get; }

    /// <summary>B, [out, r] row-major; ΔW, [out, in], when dense.</summary>
    public ReadOnlyMemory<float> B { get; }

    /// <summary>A product by its factors.</summary>
    /// <param name="rank">r ≥ 0.</param>
    /// <param name="a">[r, in].</param>
    /// <param name="b">[out, r].</param>
    public static LayerProduct Of(int rank, ReadOnlyMemory<float> a, ReadOnlyMemory<float> b) =>
        rank == 0 ? None : new(rank, false, a, b);

    /// <summary>ΔW itself.</summary>
    /// <param name="matrix">[out, in].</param>
    public static LayerProduct Dense(ReadOnlyMemory<float> matrix) => new(0, true, default, matrix);
}
