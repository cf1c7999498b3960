using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Federated.Adapters;

/// <summary>Reads a <see cref="ProductsBlob"/> layer by layer; every number is checked before any of its layer is used.</summary>
public sealed class ProductsReader
{
    private readonly Stream _stream;
    private readonly AdapterLayout _layout;
    private int _next;

    private ProductsReader(Stream stream, AdapterLayout layout)
    {
        (_stream, _layout) = (stream, layout);
    }

    /// <summary>Reads and checks the header.</summary>
    /// <param name="stream">Where from, at the blob's first byte; stays the caller's.</param>
    /// <param name="kind">The kind that is expected.</param>
    /// <param name="layout">The layout that is expected.</param>
    /// <exception cref="InvalidAdapterBlobException">The bytes are something else.</exception>
    public static ProductsReader Open(Stream stream, ProductsKind kind, AdapterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(layout);
        using var expected = new MemoryStream();
        ProductsBlob.WriteHeader(expected, kind, layout);
        Span<byte> header = stackalloc byte[ProductsBlob.HeaderLength];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read < header.Length || !header.StartsWith(ProductsBlob.Magic))
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.NotABlob,
                "The bytes do not begin as a blob of products does (\"FEDP\" and a header of 48 bytes)."
            );
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        if (version != ProductsBlob.FormatVersion)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.UnsupportedVersion,
                $"Blob format {version}; this build reads {ProductsBlob.FormatVersion}."
            );
        }

        if (header[6] != (byte)kind)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.WrongKind,
                $"Products of kind {header[6]}; expected {(int)kind} ({kind})."
            );
        }

        return header.SequenceEqual(expected.GetBuffer().AsSpan(0, ProductsBlob.HeaderLength))
            ? new(stream, layout)
            : throw new InvalidAdapterBlobException(
                AdapterBlobFault.OtherLayout,
                $"Made for the layout {Convert.ToHexStringLower(header.Slice(8, 32))}; expected {layout.Digest}."
            );
    }

    /// <summary>Reads all layers, and checks that nothing follows.</summary>
    /// <param name="stream">Where from, at the blob's first byte.</param>
    /// <param name="kind">The kind that is expected.</param>
    /// <param name="layout">The layout that is expected.</param>
    /// <returns>A product for each layer, in the layout's order.</returns>
    /// <exception cref="InvalidAdapterBlobException">The bytes are something else.</exception>
    public static IReadOnlyList<LayerProduct> ReadAll(Stream stream, ProductsKind kind, AdapterLayout layout)
    {
        var reader = Open(stream, kind, layout);
        LayerProduct[] products = [.. layout.Tensors.Select(_ => reader.Next())];
        reader.RequireEnd();
        return products;
    }

    /// <summary>Reads the next layer.</summary>
    /// <exception cref="InvalidAdapterBlobException">The bytes end early, a number is not finite, or the rank is too large.</exception>
    public LayerProduct Next()
    {
        var tensor = _layout.Tensors[_next++];
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Fill(bytes, tensor);
        var rank = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var isDense = rank == ProductsBlob.Dense;
        if (!isDense && rank > 0 && (rank > int.MaxValue || !ProductsBlob.IsWorthFactors(tensor, (int)rank)))
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.OtherLayout,
                $"{tensor.Path}: a product of rank {rank} has more numbers than the layer."
            );
        }

        var (a, b) = ProductsBlob.LengthsOf(tensor, isDense ? 0 : (int)rank, isDense);
        var (first, second) = (Elements(a, tensor), Elements(b, tensor));
        return isDense ? LayerProduct.Dense(second) : LayerProduct.Of((int)rank, first, second);
    }

    /// <summary>Checks that nothing follows the last layer.</summary>
    /// <exception cref="InvalidAdapterBlobException">Layers or bytes are left.</exception>
    public void RequireEnd()
    {
        if (_next < _layout.Tensors.Count || _stream.ReadByte() >= 0)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.WrongLength,
                $"Bytes are left after {_next} layers of {_layout.Tensors.Count}."
            );
        }
    }

    private float[] Elements(long count, AdapterTensor tensor)
    {
        var values = new float[count];
        const int Piece = 1 << 24;
        for (var start = 0; start < values.Length; start += Piece)
        {
            Fill(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(Piece, values.Length - start))), tensor);
        }

        if (!BitConverter.IsLittleEndian)
        {
            var bits = MemoryMarshal.Cast<float, uint>(values.AsSpan());
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }

        var bad = FiniteValues.IndexOfNotFinite(values);
        return bad < 0
            ? values
            : throw new InvalidAdapterBlobException(
                AdapterBlobFault.NotFinite,
                $"{tensor.Path}: element {bad} is {values[bad]}; expected a finite number."
            );
    }

    private void Fill(Span<byte> bytes, AdapterTensor tensor)
    {
        if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new InvalidAdapterBlobException(AdapterBlobFault.WrongLength, $"The bytes end within {tensor.Path}.");
        }
    }
}
