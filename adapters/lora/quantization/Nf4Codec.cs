using System.Numerics;
using System.Runtime.Intrinsics;

namespace Federated.Adapters.Quantization;

/// <summary>
/// NormalFloat4 (QLoRA, https://arxiv.org/abs/2305.14314, appendix E): blocks of 64 numbers, each the nearest of sixteen levels times
/// the block's largest magnitude. Fixed order, one float32 rounding an operation, no fused multiply-add: the same bits on every machine.
/// </summary>
/// <remarks>
/// 32 numbers lie in 16 bytes: the first 16 in the low halves, the next 16 in the high ones, so that a vector of bytes becomes two
/// vectors of levels by a mask and a shift. The last block is filled up with zeros.
/// </remarks>
internal static class Nf4Codec
{
    /// <summary>Numbers that share a scale.</summary>
    public const int BlockSize = 64;

    private const int BytesPerBlock = BlockSize / 2;
    private const int Group = 32;

    private static readonly float[] Levels =
    [
        -1.0f,
        -0.6961928009986877f,
        -0.5250730514526367f,
        -0.39491748809814453f,
        -0.28444138169288635f,
        -0.18477343022823334f,
        -0.09105003625154495f,
        0.0f,
        0.07958029955625534f,
        0.16093020141124725f,
        0.24611230194568634f,
        0.33791524171829224f,
        0.44070982933044434f,
        0.5626170039176941f,
        0.7229568362236023f,
        1.0f,
    ];

    private static readonly float[] Midpoints = [.. Levels.Zip(Levels.Skip(1), (low, high) => (low + high) / 2)];

    /// <summary>The sixteen levels, rising.</summary>
    public static ReadOnlySpan<float> Table => Levels;

    /// <summary>Number of blocks of so many numbers.</summary>
    public static int Blocks(long count) => checked((int)((count + BlockSize - 1) / BlockSize));

    /// <summary>Bytes that so many numbers take, scales apart.</summary>
    public static int PackedLength(long count) => checked(Blocks(count) * BytesPerBlock);

    /// <summary>Packs numbers.</summary>
    /// <param name="values">Finite numbers.</param>
    /// <param name="packed"><see cref="PackedLength"/> bytes.</param>
    /// <param name="scales"><see cref="Blocks"/> numbers.</param>
    public static void Quantize(ReadOnlySpan<float> values, Span<byte> packed, Span<float> scales)
    {
        Span<float> block = stackalloc float[BlockSize];
        Span<int> codes = stackalloc int[BlockSize];
        for (var b = 0; b < scales.Length; b++)
        {
            var source = values[(b * BlockSize)..Math.Min((b + 1) * BlockSize, values.Length)];
            block.Clear();
            source.CopyTo(block);
            scales[b] = Scale(block);
            Nearest(block, codes);
            Pack(codes, packed.Slice(b * BytesPerBlock, BytesPerBlock));
        }
    }

    /// <summary>Unpacks numbers: level times scale.</summary>
    /// <param name="packed"><see cref="PackedLength"/> bytes.</param>
    /// <param name="scales"><see cref="Blocks"/> numbers.</param>
    /// <param name="values">Filled.</param>
    public static void Dequantize(ReadOnlySpan<byte> packed, ReadOnlySpan<float> scales, Span<float> values)
    {
        var whole = values.Length / BlockSize;
        if (Vector512.IsHardwareAccelerated)
        {
            Unpack512(packed, scales, values, whole);
        }
        else
        {
            UnpackScalar(packed, scales, values, whole);
        }

        if (whole < scales.Length)
        {
            Span<float> last = stackalloc float[BlockSize];
            UnpackScalar(packed[(whole * BytesPerBlock)..], scales[whole..], last, 1);
            last[..(values.Length - (whole * BlockSize))].CopyTo(values[(whole * BlockSize)..]);
        }
    }

    /// <summary>The path of processors without 512-bit vectors; the same bits.</summary>
    internal static void UnpackScalar(
        ReadOnlySpan<byte> packed,
        ReadOnlySpan<float> scales,
        Span<float> values,
        int blocks
    )
    {
        ReadOnlySpan<float> levels = Levels;
        for (var start = 0; start < blocks * BlockSize; start += Group)
        {
            var scale = scales[start / BlockSize];
            var bytes = packed.Slice(start / 2, Group / 2);
            var target = values.Slice(start, Group);
            for (var i = 0; i < bytes.Length; i++)
            {
                target[i] = levels[bytes[i] & 15] * scale;
                target[i + (Group / 2)] = levels[bytes[i] >> 4] * scale;
            }
        }
    }

    // The table fills one vector: a permutation is the lookup.
    private static void Unpack512(ReadOnlySpan<byte> packed, ReadOnlySpan<float> scales, Span<float> values, int blocks)
    {
        var table = Vector512.Create(Levels);
        var low = Vector512.Create(15);
        for (var start = 0; start < blocks * BlockSize; start += Group)
        {
            var scale = Vector512.Create(scales[start / BlockSize]);
            var codes = Codes(packed.Slice(start / 2, Group / 2));
            (Vector512.ShuffleNative(table, codes & low) * scale).CopyTo(values[start..]);
            (Vector512.ShuffleNative(table, codes >>> 4) * scale).CopyTo(values[(start + (Group / 2))..]);
        }
    }

    // Sixteen bytes as sixteen int32.
    private static Vector512<int> Codes(ReadOnlySpan<byte> bytes)
    {
        var (low, high) = Vector128.Widen(Vector128.Create(bytes));
        var (first, second) = Vector128.Widen(low);
        var (third, fourth) = Vector128.Widen(high);
        return Vector512.Create(Vector256.Create(first, second), Vector256.Create(third, fourth)).AsInt32();
    }

    private static float Scale(ReadOnlySpan<float> block)
    {
        var largest = 0f;
        foreach (var value in block)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }

    // A code is the number of midpoints below value ÷ scale.
    private static void Nearest(ReadOnlySpan<float> block, Span<int> codes)
    {
        var scale = Scale(block);
        if (scale == 0)
        {
            codes.Fill(7); // the level 0
            return;
        }

        var divisor = new Vector<float>(scale);
        for (var i = 0; i < block.Length; i += Vector<float>.Count)
        {
            var value = new Vector<float>(block[i..]) / divisor;
            var code = Vector<int>.Zero;
            foreach (var midpoint in Midpoints)
            {
                code -= Vector.GreaterThan(value, new Vector<float>(midpoint)); // true is −1
            }

            code.CopyTo(codes[i..]);
        }
    }

    private static void Pack(ReadOnlySpan<int> codes, Span<byte> packed)
    {
        for (var start = 0; start < BlockSize; start += Group)
        {
            for (var i = 0; i < Group / 2; i++)
            {
                packed[(start / 2) + i] = (byte)(codes[start + i] | (codes[start + (Group / 2) + i] << 4));
            }
        }
    }
}
