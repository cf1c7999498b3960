using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>The arithmetic of one adapted layer.</summary>
internal static class LowRankProduct
{
    /// <summary>y + scale · (x Aᵀ) Bᵀ, or y + scale · (x Aᵀ) Cᵀ Qᵀ with a basis.</summary>
    /// <param name="output">y, [b, T, out].</param>
    /// <param name="input">x, [b, T, in].</param>
    /// <param name="a">A: [r, in] shared by all records, or [b, r, in], one a record.</param>
    /// <param name="b">B: [out, r] shared by all records, or [b, out, r], one a record.</param>
    /// <param name="basis">Q, [out, r], where B is the core C, [r, r]; null elsewhere.</param>
    /// <param name="scale">The factor on the product; 1 where it is folded into a frozen factor.</param>
    public static Tensor Add(Tensor output, Tensor input, Tensor a, Tensor b, double scale = 1, Tensor? basis = null)
    {
        var low = Through(input, a); // [b, T, r]
        var product = Through(scale == 1 ? low : low.Times(scale), b);
        return output.Plus(basis is null ? product : Through(product, basis));
    }

    /// <summary>y + scale · (x Aᵀ) Bᵀ where A is r neighbouring rows of the identity: x Aᵀ is a window of x.</summary>
    /// <param name="output">y, [b, T, out].</param>
    /// <param name="input">x, [b, T, in].</param>
    /// <param name="start">The first channel of the window.</param>
    /// <param name="b">B: [out, r] shared by all records, or [b, out, r], one a record.</param>
    /// <param name="scale">The factor on the product.</param>
    public static Tensor AddSlice(Tensor output, Tensor input, long start, Tensor b, double scale)
    {
        var window = input.narrow(input.dim() - 1, start, b.shape[^1]); // [b, T, r]
        // Scaled into memory of its own: what backward keeps is the window, not the input.
        return output.Plus(Through(window.Times(scale), b));
    }

    // x Wᵀ with one W, or with one a record.
    private static Tensor Through(Tensor x, Tensor weight) =>
        weight.dim() == 3 ? bmm(x, weight.transpose(1, 2)) : nn.functional.linear(x, weight);
}
