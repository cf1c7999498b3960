using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Federated.Aggregation;

/// <summary>The kernel of linear merges: double sums of float blocks.</summary>
/// <remarks>
/// Vectors of four doubles on every machine, multiplication and addition kept apart (no fused multiply-add): the same bits whatever the
/// width of the processor's registers.
/// </remarks>
internal static class WeightedSum
{
    /// <summary>sum[j] += coefficient · block[j].</summary>
    internal static void Add(Span<double> sum, ReadOnlySpan<float> block, double coefficient)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(block.Length, sum.Length);
        ref var into = ref MemoryMarshal.GetReference(sum);
        ref var from = ref MemoryMarshal.GetReference(block);
        var factor = Vector256.Create(coefficient);
        nuint i = 0;
        for (; i + 8 <= (nuint)block.Length; i += 8)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, i));
            (Vector256.LoadUnsafe(ref into, i) + (factor * low)).StoreUnsafe(ref into, i);
            (Vector256.LoadUnsafe(ref into, i + 4) + (factor * high)).StoreUnsafe(ref into, i + 4);
        }

        for (; i < (nuint)block.Length; i++)
        {
            sum[(int)i] += coefficient * block[(int)i];
        }
    }

    /// <summary>Σ block[j]², in eight partial sums added in a fixed order.</summary>
    internal static double SquaredNorm(ReadOnlySpan<float> block)
    {
        ref var from = ref MemoryMarshal.GetReference(block);
        Vector256<double> even = Vector256<double>.Zero;
        Vector256<double> odd = Vector256<double>.Zero;
        nuint i = 0;
        for (; i + 8 <= (nuint)block.Length; i += 8)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, i));
            even += low * low;
            odd += high * high;
        }

        Vector256<double> lanes = even + odd;
        var total = lanes[0] + lanes[1] + lanes[2] + lanes[3];
        for (; i < (nuint)block.Length; i++)
        {
            total += (double)block[(int)i] * block[(int)i];
        }

        return total;
    }
}
