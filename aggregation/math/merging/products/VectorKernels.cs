using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Federated.Aggregation;

/// <summary>The loops of which products are made. Four lanes on every machine, no fused multiply-add: the same bits whatever the processor. Compiled whole at once, as <see cref="WeightedSum"/> is.</summary>
internal static class VectorKernels
{
    /// <summary>Σ left[j] · right[j], in sixteen partial sums added in a fixed order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        ref var x = ref MemoryMarshal.GetReference(left);
        ref var y = ref MemoryMarshal.GetReference(right);
        var (s0, s1) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var (s2, s3) = (Vector256<double>.Zero, Vector256<double>.Zero);
        nuint i = 0;
        for (; i + 16 <= (nuint)left.Length; i += 16)
        {
            s0 += Vector256.LoadUnsafe(ref x, i) * Vector256.LoadUnsafe(ref y, i);
            s1 += Vector256.LoadUnsafe(ref x, i + 4) * Vector256.LoadUnsafe(ref y, i + 4);
            s2 += Vector256.LoadUnsafe(ref x, i + 8) * Vector256.LoadUnsafe(ref y, i + 8);
            s3 += Vector256.LoadUnsafe(ref x, i + 12) * Vector256.LoadUnsafe(ref y, i + 12);
        }

        var lanes = s0 + s1 + (s2 + s3);
        var total = lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
        for (; i < (nuint)left.Length; i++)
        {
            total += left[(int)i] * right[(int)i];
        }

        return total;
    }

    /// <summary>(x, y) ← (c x − s y, s x + c y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rotate(Span<double> left, Span<double> right, double cosine, double sine)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        ref var x = ref MemoryMarshal.GetReference(left);
        ref var y = ref MemoryMarshal.GetReference(right);
        var (c, s) = (Vector256.Create(cosine), Vector256.Create(sine));
        nuint i = 0;
        for (; i + 4 <= (nuint)left.Length; i += 4)
        {
            var (from, other) = (Vector256.LoadUnsafe(ref x, i), Vector256.LoadUnsafe(ref y, i));
            ((c * from) - (s * other)).StoreUnsafe(ref x, i);
            ((s * from) + (c * other)).StoreUnsafe(ref y, i);
        }

        for (; i < (nuint)left.Length; i++)
        {
            var (from, other) = (left[(int)i], right[(int)i]);
            left[(int)i] = (cosine * from) - (sine * other);
            right[(int)i] = (sine * from) + (cosine * other);
        }
    }

    /// <summary>into[j] += factor · from[j].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddScaled(Span<double> into, double factor, ReadOnlySpan<double> from)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(from.Length, into.Length);
        ref var y = ref MemoryMarshal.GetReference(into);
        ref var x = ref MemoryMarshal.GetReference(from);
        var scale = Vector256.Create(factor);
        nuint i = 0;
        for (; i + 8 <= (nuint)into.Length; i += 8)
        {
            (Vector256.LoadUnsafe(ref y, i) + (scale * Vector256.LoadUnsafe(ref x, i))).StoreUnsafe(ref y, i);
            (Vector256.LoadUnsafe(ref y, i + 4) + (scale * Vector256.LoadUnsafe(ref x, i + 4))).StoreUnsafe(
                ref y,
                i + 4
            );
        }

        for (; i < (nuint)into.Length; i++)
        {
            into[(int)i] += factor * from[(int)i];
        }
    }
}
