using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>The arithmetic of one adapted layer.</summary>
internal static class LowRankProduct
{
    /// <summary>y + (x Aᵀ) Bᵀ.</summary>
    /// <param name="output">y, [b, T, out].</param>
    /// <param name="input">x, [b, T, in].</param>
    /// <param name="scaledA">The frozen factor times the scale, [r, in].</param>
    /// <param name="b">B: [out, r] shared by all records, or [b, out, r], one a record.</param>
    public static Tensor Add(Tensor output, Tensor input, Tensor scaledA, Tensor b)
    {
        var low = nn.functional.linear(input, scaledA); // [b, T, r]
        return output + (b.dim() == 3 ? bmm(low, b.transpose(1, 2)) : nn.functional.linear(low, b));
    }
}
