using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Federated.Adapters;

/// <summary>Turns a blob's payload back into float32 numbers, piece by piece.</summary>
internal sealed class BlobElements
{
    // Whole blocks of 8-bit elements, so that a piece never ends within one.
    private const int Piece = 64 * BlobPrecisions.BlockLength;

    private readonly BlobPrecision _precision;
    private readonly byte[] _bytes;
    private readonly float[] _values;
    private int _at;
    private int _filled;

    public BlobElements(BlobPrecision precision, long count)
    {
        _precision = precision;
        var piece = precision == BlobPrecision.Full ? 0 : (int)Math.Min(Piece, count);
        _bytes = new byte[precision.ByteLength(piece)];
        _values = new float[piece];
    }

    /// <summary>Fills a span; false when the bytes end early.</summary>
    /// <param name="stream">At the next byte of the payload.</param>
    /// <param name="remaining">Elements of the blob that are not read yet.</param>
    /// <param name="destination">At most <paramref name="remaining"/> numbers.</param>
    public bool Read(Stream stream, long remaining, Span<float> destination)
    {
        if (_precision == BlobPrecision.Full)
        {
            return ReadFull(stream, destination);
        }

        while (destination.Length > 0)
        {
            if (_at == _filled && !Fill(stream, remaining))
            {
                return false;
            }

            var taken = Math.Min(destination.Length, _filled - _at);
            _values.AsSpan(_at, taken).CopyTo(destination);
            _at += taken;
            remaining -= taken;
            destination = destination[taken..];
        }

        return true;
    }

    /// <summary>Leaves elements out; the stream must be seekable.</summary>
    /// <param name="stream">At the next byte of the payload.</param>
    /// <param name="remaining">Elements of the blob that are not read yet.</param>
    /// <param name="elements">How many, at most <paramref name="remaining"/>.</param>
    public void Skip(Stream stream, long remaining, long elements)
    {
        if (_precision == BlobPrecision.Full)
        {
            stream.Seek(elements * sizeof(float), SeekOrigin.Current);
            return;
        }

        var held = (int)Math.Min(elements, _filled - _at);
        _at += held;
        var rest = elements - held;
        if (rest == 0)
        {
            return;
        }

        // What was held ended with a block: whole ones are passed over, and a last one is read.
        var blocks = rest / BlobPrecisions.BlockLength * BlobPrecisions.BlockLength;
        stream.Seek(_precision.ByteLength(blocks), SeekOrigin.Current);
        rest -= blocks;
        (_at, _filled) = (0, 0);
        if (rest > 0 && Fill(stream, remaining - held - blocks))
        {
            _at = (int)rest;
        }
    }

    private static bool ReadFull(Stream stream, Span<float> values)
    {
        var bytes = MemoryMarshal.AsBytes(values);
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            return false;
        }

        if (!BitConverter.IsLittleEndian)
        {
            var bits = MemoryMarshal.Cast<float, uint>(values);
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }

        return true;
    }

    private bool Fill(Stream stream, long remaining)
    {
        _filled = (int)Math.Min(_values.Length, remaining);
        _at = 0;
        var bytes = _bytes.AsSpan(0, (int)_precision.ByteLength(_filled));
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            return false;
        }

        var values = _values.AsSpan(0, _filled);
        if (_precision == BlobPrecision.BFloat16)
        {
            FromBFloat16(bytes, values);
        }
        else
        {
            FromEightBits(bytes, values);
        }

        return true;
    }

    private static void FromBFloat16(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var bits = (uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(ushort))..]);
            values[i] = BitConverter.UInt32BitsToSingle(bits << 16);
        }
    }

    private static void FromEightBits(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        for (var start = 0; start < values.Length; start += BlobPrecisions.BlockLength)
        {
            var block = values[start..Math.Min(start + BlobPrecisions.BlockLength, values.Length)];
            var scale = BinaryPrimitives.ReadSingleLittleEndian(bytes);
            var codes = MemoryMarshal.Cast<byte, sbyte>(bytes.Slice(sizeof(float), block.Length));
            for (var i = 0; i < block.Length; i++)
            {
                block[i] = codes[i] * scale;
            }

            bytes = bytes[(sizeof(float) + block.Length)..];
        }
    }
}
