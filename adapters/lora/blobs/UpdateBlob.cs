using System.Runtime.InteropServices;

namespace Federated.Adapters;

/// <summary>Writes an update in the precision that its run asks for.</summary>
public static class UpdateBlob
{
    private const int Piece = 64 * BlobPrecisions.BlockLength;

    /// <summary>Rounds and writes an update.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="values">Exactly <see cref="AdapterLayout.Count"/> finite numbers, made of noisy values only.</param>
    /// <param name="precision">How they travel.</param>
    /// <param name="random">Fills spans with random words; not called for <see cref="BlobPrecision.Full"/>. Calling twice gives other bytes: seal what is returned, and send that.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="ArgumentException">Another number of values, one that is not finite, or one that bfloat16 cannot hold.</exception>
    public static byte[] Encode(
        AdapterLayout layout,
        ReadOnlySpan<float> values,
        BlobPrecision precision,
        Action<Span<ulong>> random
    )
    {
        ArgumentNullException.ThrowIfNull(random);
        if (precision == BlobPrecision.Full)
        {
            return AdapterBlob.Encode(AdapterBlobKind.Update, layout, values);
        }

        AdapterBlob.Require(layout, values);
        var bytes = new byte[AdapterBlob.ByteLength(layout, precision)];
        AdapterBlob.WriteHeader(bytes, AdapterBlobKind.Update, layout, precision);
        var at = AdapterBlob.HeaderLength;
        var words = new ulong[Piece / 2];
        for (var start = 0; start < values.Length; start += Piece)
        {
            var piece = values[start..Math.Min(start + Piece, values.Length)];
            random(words);
            at += Round(piece, MemoryMarshal.Cast<ulong, uint>(words), precision, bytes.AsSpan(at));
        }

        return bytes;
    }

    private static int Round(
        ReadOnlySpan<float> piece,
        ReadOnlySpan<uint> random,
        BlobPrecision precision,
        Span<byte> bytes
    )
    {
        if (precision == BlobPrecision.BFloat16)
        {
            StochasticRounding.ToBFloat16(piece, random, bytes);
        }
        else
        {
            var at = 0;
            for (var start = 0; start < piece.Length; start += BlobPrecisions.BlockLength)
            {
                var block = piece[start..Math.Min(start + BlobPrecisions.BlockLength, piece.Length)];
                StochasticRounding.ToEightBits(block, random[start..], bytes[at..]);
                at += sizeof(float) + block.Length;
            }
        }

        return (int)precision.ByteLength(piece.Length);
    }
}
