using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Federated.Adapters;

/// <summary>
/// The one binary form of adapters and updates. Little-endian: "FEDA", version u16, kind u8, precision u8 (1 = float32, 2 = bfloat16, 3 = 8 bits; see
/// <see cref="BlobPrecision"/>), layout digest 32 bytes, count u64, then the elements: what the layout holds, row-major, in its order.
/// </summary>
public static class AdapterBlob
{
    /// <summary>Version of the format that is written; the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>Bytes before the elements.</summary>
    public const int HeaderLength = 48;

    internal const int DigestOffset = 8;
    internal const int CountOffset = 40;

    internal static ReadOnlySpan<byte> Magic => "FEDA"u8;

    /// <summary>Bytes of any blob of a layout.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="precision">How the elements are written.</param>
    /// <returns>Header and elements.</returns>
    public static long ByteLength(AdapterLayout layout, BlobPrecision precision = BlobPrecision.Full) =>
        HeaderLength + precision.ByteLength(layout.Count);

    /// <summary>Writes a blob into memory.</summary>
    /// <param name="kind">What the numbers are.</param>
    /// <param name="layout">Their layout.</param>
    /// <param name="values">Exactly <see cref="AdapterLayout.Count"/> finite numbers.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="ArgumentException">Another number of values, or one that is not finite.</exception>
    public static byte[] Encode(AdapterBlobKind kind, AdapterLayout layout, ReadOnlySpan<float> values)
    {
        var bytes = new byte[ByteLength(layout)];
        using var stream = new MemoryStream(bytes);
        Write(stream, kind, layout, values);
        return bytes;
    }

    /// <summary>Writes a blob to a stream.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="kind">What the numbers are.</param>
    /// <param name="layout">Their layout.</param>
    /// <param name="values">Exactly <see cref="AdapterLayout.Count"/> finite numbers.</param>
    /// <exception cref="ArgumentException">Another number of values, or one that is not finite; nothing is written then.</exception>
    public static void Write(Stream stream, AdapterBlobKind kind, AdapterLayout layout, ReadOnlySpan<float> values)
    {
        Require(layout, values);
        Span<byte> header = stackalloc byte[HeaderLength];
        WriteHeader(header, kind, layout, BlobPrecision.Full);
        stream.Write(header);
        WriteElements(stream, values);
    }

    /// <summary>Reads a whole blob, checking everything before any of it is used.</summary>
    /// <param name="stream">Where from, at the blob's first byte; it must end with the blob.</param>
    /// <param name="layout">The layout that is expected.</param>
    /// <param name="expectedKind">The kind that is expected.</param>
    /// <returns>The numbers, <see cref="AdapterLayout.Count"/> of them, all finite.</returns>
    /// <exception cref="InvalidAdapterBlobException">The bytes are something else.</exception>
    public static float[] Read(Stream stream, AdapterLayout layout, AdapterBlobKind expectedKind)
    {
        var reader = AdapterBlobReader.Open(stream, layout, expectedKind);
        var values = new float[layout.Count];
        var filled = 0;
        while (reader.Remaining > 0)
        {
            filled += reader.Read(values.AsSpan(filled));
        }

        reader.RequireEnd();
        return values;
    }

    internal static void Require(AdapterLayout layout, ReadOnlySpan<float> values)
    {
        if (values.Length != layout.Count)
        {
            throw new ArgumentException($"{values.Length} values; the layout has {layout.Count}.", nameof(values));
        }

        var bad = FiniteValues.IndexOfNotFinite(values);
        if (bad >= 0)
        {
            throw new ArgumentException($"values[{bad}] = {values[bad]}; expected a finite number.", nameof(values));
        }
    }

    /// <summary>Writes what stands before the elements.</summary>
    /// <param name="header"><see cref="HeaderLength"/> bytes.</param>
    /// <param name="kind">What the numbers are.</param>
    /// <param name="layout">Their layout.</param>
    /// <param name="precision">How they are written.</param>
    public static void WriteHeader(
        Span<byte> header,
        AdapterBlobKind kind,
        AdapterLayout layout,
        BlobPrecision precision
    )
    {
        ArgumentNullException.ThrowIfNull(layout);
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], FormatVersion);
        header[6] = (byte)kind;
        header[7] = (byte)precision;
        Convert.FromHexString(layout.Digest).CopyTo(header[DigestOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(header[CountOffset..], (ulong)layout.Count);
    }

    private static void WriteElements(Stream stream, ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            // In pieces: a span of bytes holds at most 2 GB.
            const int Piece = 1 << 24;
            for (var start = 0; start < values.Length; start += Piece)
            {
                stream.Write(MemoryMarshal.AsBytes(values.Slice(start, Math.Min(Piece, values.Length - start))));
            }

            return;
        }

        Span<byte> element = stackalloc byte[sizeof(float)];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(element, value);
            stream.Write(element);
        }
    }
}
