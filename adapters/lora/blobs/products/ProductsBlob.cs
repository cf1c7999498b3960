using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Federated.Adapters;

/// <summary>
/// One frozen product for each layer of a layout, of ranks of their own. Little-endian: "FEDP", version u16, kind u8, 0 u8, layout digest 32 bytes, number of layers
/// u32, 0 u32; then for each layer in the layout's order its rank u32 (2³²−1 = dense) and its float32 elements, A before B.
/// </summary>
public static class ProductsBlob
{
    /// <summary>Version of the format that is written; the only one that is read.</summary>
    public const int FormatVersion = 1;

    internal const int HeaderLength = 48;
    internal const uint Dense = uint.MaxValue;

    internal static ReadOnlySpan<byte> Magic => "FEDP"u8;

    /// <summary>No blob of a layout is longer: a product with more numbers than its matrix is refused.</summary>
    /// <param name="layout">The layout.</param>
    public static long MaxByteLength(AdapterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return HeaderLength
            + layout.Tensors.Sum(tensor =>
                sizeof(uint) + (sizeof(float) * (long)tensor.OutFeatures * tensor.InFeatures)
            );
    }

    /// <summary>Whether factors of a rank have fewer numbers than their matrix.</summary>
    /// <param name="tensor">The layer.</param>
    /// <param name="rank">r.</param>
    public static bool IsWorthFactors(AdapterTensor tensor, int rank)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return rank * ((long)tensor.OutFeatures + tensor.InFeatures) < (long)tensor.OutFeatures * tensor.InFeatures;
    }

    /// <summary>Writes what stands before the layers.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="kind">What the products are for.</param>
    /// <param name="layout">The layout.</param>
    public static void WriteHeader(Stream stream, ProductsKind kind, AdapterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(layout);
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], FormatVersion);
        header[6] = (byte)kind;
        Convert.FromHexString(layout.Digest).CopyTo(header[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], (uint)layout.Tensors.Count);
        stream.Write(header);
    }

    /// <summary>Writes the next layer.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensor">The layer.</param>
    /// <param name="product">Its product; finite, and in factors only where these have fewer numbers.</param>
    /// <exception cref="ArgumentException">Another shape, an element that is not finite, or too large a rank.</exception>
    public static void WriteLayer(Stream stream, AdapterTensor tensor, LayerProduct product)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(product);
        var (a, b) = LengthsOf(tensor, product.Rank, product.IsDense);
        if (
            product.A.Length != a
            || product.B.Length != b
            || FiniteValues.IndexOfNotFinite(product.A.Span) >= 0
            || FiniteValues.IndexOfNotFinite(product.B.Span) >= 0
            || (product.Rank > 0 && !IsWorthFactors(tensor, product.Rank))
        )
        {
            throw new ArgumentException(
                $"{tensor.Path}: {product.A.Length} and {product.B.Length} numbers of rank {product.Rank}; expected {a} and {b}, finite, and no more than the matrix has.",
                nameof(product)
            );
        }

        Span<byte> rank = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(rank, product.IsDense ? Dense : (uint)product.Rank);
        stream.Write(rank);
        WriteElements(stream, product.A.Span);
        WriteElements(stream, product.B.Span);
    }

    internal static (long A, long B) LengthsOf(AdapterTensor tensor, int rank, bool isDense) =>
        isDense
            ? (0, (long)tensor.OutFeatures * tensor.InFeatures)
            : ((long)rank * tensor.InFeatures, (long)tensor.OutFeatures * rank);

    private static void WriteElements(Stream stream, ReadOnlySpan<float> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            var swapped = MemoryMarshal.Cast<float, uint>(values).ToArray();
            BinaryPrimitives.ReverseEndianness(swapped, swapped);
            values = MemoryMarshal.Cast<uint, float>(swapped.AsSpan());
        }

        // In pieces: a span of bytes holds at most 2 GB.
        const int Piece = 1 << 24;
        for (var start = 0; start < values.Length; start += Piece)
        {
            stream.Write(MemoryMarshal.AsBytes(values.Slice(start, Math.Min(Piece, values.Length - start))));
        }
    }
}
