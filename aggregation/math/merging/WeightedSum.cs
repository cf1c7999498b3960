using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Federated.Aggregation;

/// <summary>The kernel of linear merges: double sums of float blocks.</summary>
/// <remarks>
/// Vectors of four doubles on every machine, multiplication and addition kept apart (no fused multiply-add): the same bits whatever the
/// width of the processor's registers. Compiled whole at once: in a merge soon after a start, loops that long would run for most of it in slow first code.
/// </remarks>
internal static class WeightedSum
{
    /// <summary>sum[j] += coefficient · block[j].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>The same for four blocks, one after the other: sum[j] = (((sum[j] + c₀ b₀[j]) + c₁ b₁[j]) + …), with sum read and written once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add(
        Span<double> sum,
        ReadOnlySpan<float> first,
        ReadOnlySpan<float> second,
        ReadOnlySpan<float> third,
        ReadOnlySpan<float> fourth,
        ReadOnlySpan<double> coefficients
    )
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(first.Length, sum.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, sum.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(third.Length, sum.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(fourth.Length, sum.Length);
        ref var into = ref MemoryMarshal.GetReference(sum);
        ref var b0 = ref MemoryMarshal.GetReference(first);
        ref var b1 = ref MemoryMarshal.GetReference(second);
        ref var b2 = ref MemoryMarshal.GetReference(third);
        ref var b3 = ref MemoryMarshal.GetReference(fourth);
        var (c0, c1) = (Vector256.Create(coefficients[0]), Vector256.Create(coefficients[1]));
        var (c2, c3) = (Vector256.Create(coefficients[2]), Vector256.Create(coefficients[3]));
        nuint i = 0;
        for (; i + 8 <= (nuint)sum.Length; i += 8)
        {
            var (low, high) = (Vector256.LoadUnsafe(ref into, i), Vector256.LoadUnsafe(ref into, i + 4));
            var (l0, h0) = Vector256.Widen(Vector256.LoadUnsafe(ref b0, i));
            var (l1, h1) = Vector256.Widen(Vector256.LoadUnsafe(ref b1, i));
            var (l2, h2) = Vector256.Widen(Vector256.LoadUnsafe(ref b2, i));
            var (l3, h3) = Vector256.Widen(Vector256.LoadUnsafe(ref b3, i));
            low = low + (c0 * l0) + (c1 * l1) + (c2 * l2) + (c3 * l3);
            high = high + (c0 * h0) + (c1 * h1) + (c2 * h2) + (c3 * h3);
            low.StoreUnsafe(ref into, i);
            high.StoreUnsafe(ref into, i + 4);
        }

        Add(sum[(int)i..], first[(int)i..], coefficients[0]);
        Add(sum[(int)i..], second[(int)i..], coefficients[1]);
        Add(sum[(int)i..], third[(int)i..], coefficients[2]);
        Add(sum[(int)i..], fourth[(int)i..], coefficients[3]);
    }

    /// <summary>values[j] += rate · sum[j], in double precision and rounded once.</summary>
    /// <returns>Σ (rate · sum[j])², in eight partial sums added in a fixed order.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Step(Span<float> values, ReadOnlySpan<double> sum, double rate)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sum.Length, values.Length);
        ref var from = ref MemoryMarshal.GetReference(sum);
        ref var into = ref MemoryMarshal.GetReference(values);
        var factor = Vector256.Create(rate);
        var even = Vector256<double>.Zero;
        var odd = Vector256<double>.Zero;
        nuint i = 0;
        for (; i + 8 <= (nuint)values.Length; i += 8)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref into, i));
            var first = factor * Vector256.LoadUnsafe(ref from, i);
            var second = factor * Vector256.LoadUnsafe(ref from, i + 4);
            even += first * first;
            odd += second * second;
            Vector256.Narrow(low + first, high + second).StoreUnsafe(ref into, i);
        }

        var lanes = even + odd;
        var squares = lanes[0] + lanes[1] + lanes[2] + lanes[3];
        for (; i < (nuint)values.Length; i++)
        {
            var step = rate * sum[(int)i];
            squares += step * step;
            values[(int)i] = (float)(values[(int)i] + step);
        }

        return squares;
    }

    /// <summary>Σ left[j] · right[j], in eight partial sums added in a fixed order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        ref var x = ref MemoryMarshal.GetReference(left);
        ref var y = ref MemoryMarshal.GetReference(right);
        var even = Vector256<double>.Zero;
        var odd = Vector256<double>.Zero;
        nuint i = 0;
        for (; i + 8 <= (nuint)left.Length; i += 8)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref x, i));
            var (otherLow, otherHigh) = Vector256.Widen(Vector256.LoadUnsafe(ref y, i));
            even += low * otherLow;
            odd += high * otherHigh;
        }

        var lanes = even + odd;
        var total = lanes[0] + lanes[1] + lanes[2] + lanes[3];
        for (; i < (nuint)left.Length; i++)
        {
            total += (double)left[(int)i] * right[(int)i];
        }

        return total;
    }

    /// <summary>Σ block[j]², in eight partial sums added in a fixed order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
