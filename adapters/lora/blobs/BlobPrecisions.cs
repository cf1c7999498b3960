namespace Federated.Adapters;

/// <summary>Names and sizes of <see cref="BlobPrecision"/>.</summary>
public static class BlobPrecisions
{
    /// <summary>Elements that share a scale in <see cref="BlobPrecision.EightBit"/>.</summary>
    public const int BlockLength = 256;

    /// <summary>Reads the name that run documents use.</summary>
    /// <param name="name">f32 | bf16 | int8.</param>
    /// <returns>The precision.</returns>
    /// <exception cref="ArgumentException">Another name.</exception>
    public static BlobPrecision Parse(string name) =>
        name switch
        {
            "f32" => BlobPrecision.Full,
            "bf16" => BlobPrecision.BFloat16,
            "int8" => BlobPrecision.EightBit,
            _ => throw new ArgumentException(
                $"adapter.updateDtype = \"{name}\"; expected f32, bf16 or int8.",
                nameof(name)
            ),
        };

    /// <summary>Bytes of so many elements.</summary>
    /// <param name="precision">How they travel.</param>
    /// <param name="count">How many, ≥ 0.</param>
    /// <returns>The bytes, without the blob's header.</returns>
    public static long ByteLength(this BlobPrecision precision, long count) =>
        precision switch
        {
            BlobPrecision.Full => count * sizeof(float),
            BlobPrecision.BFloat16 => count * sizeof(ushort),
            BlobPrecision.EightBit => count + ((count + BlockLength - 1) / BlockLength * sizeof(float)),
            _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "expected a named precision"),
        };
}
