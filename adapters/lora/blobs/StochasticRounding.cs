using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Federated.Adapters;

/// <summary>Writes float32 numbers in fewer bits, up or down with the probability that makes the result right on average.</summary>
/// <remarks>
/// One random word an element. For bfloat16 the lower half of the word is added to the lower half of the number's bits, and the carry decides
/// (exact: the fraction is a multiple of 2⁻¹⁶). For 8 bits, floor(x ÷ scale + u) with a uniform u of 24 bits. (Gupta et al. 2015,
/// https://arxiv.org/abs/1502.02551, §3.1; QSGD, Alistarh et al. 2017, https://arxiv.org/abs/1610.02132.)
/// </remarks>
internal static class StochasticRounding
{
    private const float Steps = 127;
    private const float UniformStep = 1f / (1 << 24);

    /// <summary>Rounds to bfloat16.</summary>
    /// <param name="values">Finite numbers.</param>
    /// <param name="random">As many words.</param>
    /// <param name="bytes">Two bytes a number, little-endian.</param>
    /// <exception cref="ArgumentException">A number so large that it would round to infinity.</exception>
    public static void ToBFloat16(ReadOnlySpan<float> values, ReadOnlySpan<uint> random, Span<byte> bytes)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(values[i]);
            var rounded = (bits + (random[i] & 0xFFFF)) >> 16;
            if ((rounded & 0x7F80) == 0x7F80)
            {
                throw new ArgumentException(
                    $"values[{i}] = {values[i]} is too large for bfloat16; lower the learning rate, or send f32.",
                    nameof(values)
                );
            }

            BinaryPrimitives.WriteUInt16LittleEndian(bytes[(i * sizeof(ushort))..], (ushort)rounded);
        }
    }

    /// <summary>Rounds one block to 8 bits.</summary>
    /// <param name="values">Finite numbers.</param>
    /// <param name="random">As many words.</param>
    /// <param name="bytes">The scale, little-endian, then one byte a number.</param>
    public static void ToEightBits(ReadOnlySpan<float> values, ReadOnlySpan<uint> random, Span<byte> bytes)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        // Rounded up, so that no quotient exceeds 127.
        var scale = largest == 0 ? 0 : MathF.BitIncrement(largest / Steps);
        BinaryPrimitives.WriteSingleLittleEndian(bytes, scale);
        var codes = MemoryMarshal.Cast<byte, sbyte>(bytes[sizeof(float)..]);
        for (var i = 0; i < values.Length; i++)
        {
            var uniform = (random[i] >> 8) * UniformStep; // [0, 1)
            codes[i] =
                scale == 0 ? (sbyte)0 : (sbyte)Math.Clamp(MathF.Floor((values[i] / scale) + uniform), -Steps, Steps);
        }
    }
}
