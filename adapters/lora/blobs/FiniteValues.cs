using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Federated.Adapters;

/// <summary>Finds what is not a number before it gets near a model.</summary>
public static class FiniteValues
{
    /// <summary>Position of the first NaN or infinity.</summary>
    /// <param name="values">The numbers.</param>
    /// <returns>Its index, or −1 when all are finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int IndexOfNotFinite(ReadOnlySpan<float> values)
    {
        // A float is not finite exactly when all its exponent bits are set: then the bits without the sign are ≥ infinity's.
        var infinity = new Vector<int>(0x7F800000);
        var withoutSign = new Vector<int>(int.MaxValue);
        var vectors = MemoryMarshal.Cast<float, Vector<int>>(values);
        var index = 0;
        foreach (var vector in vectors)
        {
            if (Vector.GreaterThanOrEqualAny(vector & withoutSign, infinity))
            {
                break;
            }

            index += Vector<int>.Count;
        }

        for (; index < values.Length; index++)
        {
            if (!float.IsFinite(values[index]))
            {
                return index;
            }
        }

        return -1;
    }
}
