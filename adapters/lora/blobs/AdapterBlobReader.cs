using System.Buffers.Binary;

namespace Federated.Adapters;

/// <summary>Reads a blob piece by piece, so that a merge holds one piece of each update and never a whole one.</summary>
public sealed class AdapterBlobReader
{
    private readonly Stream _stream;
    private readonly long _count;

    private readonly BlobElements _elements;

    private AdapterBlobReader(Stream stream, long count, BlobPrecision precision)
    {
        _stream = stream;
        _count = count;
        _elements = new BlobElements(precision, count);
        Precision = precision;
        Remaining = count;
    }

    /// <summary>How the elements are written.</summary>
    public BlobPrecision Precision { get; }

    /// <summary>Elements not read yet.</summary>
    public long Remaining { get; private set; }

    /// <summary>Reads and checks a blob's header.</summary>
    /// <param name="stream">Where from, at the blob's first byte; stays the caller's.</param>
    /// <param name="layout">The layout that is expected.</param>
    /// <param name="expectedKind">The kind that is expected.</param>
    /// <returns>A reader at the first element.</returns>
    /// <exception cref="InvalidAdapterBlobException">The bytes are something else.</exception>
    public static AdapterBlobReader Open(Stream stream, AdapterLayout layout, AdapterBlobKind expectedKind)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(layout);
        Span<byte> header = stackalloc byte[AdapterBlob.HeaderLength];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        CheckHeader(header[..read], layout, expectedKind);
        return new AdapterBlobReader(stream, layout.Count, (BlobPrecision)header[7]);
    }

    /// <summary>Reads the next elements.</summary>
    /// <param name="destination">Filled with as many as it holds and the blob still has.</param>
    /// <returns>How many were read; 0 at the end.</returns>
    /// <exception cref="InvalidAdapterBlobException">The bytes end early, or an element is not finite.</exception>
    public int Read(Span<float> destination)
    {
        // A span of bytes holds at most 2 GB.
        var wanted = (int)Math.Min(Math.Min(destination.Length, Remaining), 1 << 24);
        var values = destination[..wanted];
        if (!_elements.Read(_stream, Remaining, values))
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.WrongLength,
                $"The bytes end before element {_count - Remaining + wanted} of {_count}."
            );
        }

        var bad = FiniteValues.IndexOfNotFinite(values);
        if (bad >= 0)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.NotFinite,
                $"Element {_count - Remaining + bad} is {values[bad]}; expected a finite number."
            );
        }

        Remaining -= wanted;
        return wanted;
    }

    /// <summary>Leaves elements out.</summary>
    /// <param name="elements">How many, at most <see cref="Remaining"/>. Without any, the stream need not be seekable.</param>
    public void Skip(long elements)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elements);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elements, Remaining);
        if (elements > 0)
        {
            _elements.Skip(_stream, Remaining, elements);
            Remaining -= elements;
        }
    }

    /// <summary>Checks that all elements have been read and that nothing follows.</summary>
    /// <exception cref="InvalidAdapterBlobException">Bytes are left.</exception>
    public void RequireEnd()
    {
        if (Remaining > 0 || _stream.ReadByte() >= 0)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.WrongLength,
                $"Bytes are left after the {_count - Remaining} elements read of {_count}."
            );
        }
    }

    private static void CheckHeader(ReadOnlySpan<byte> header, AdapterLayout layout, AdapterBlobKind expectedKind)
    {
        if (header.Length < AdapterBlob.HeaderLength || !header.StartsWith(AdapterBlob.Magic))
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.NotABlob,
                "The bytes do not begin as an adapter blob does (\"FEDA\" and a header of 48 bytes)."
            );
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        if (version != AdapterBlob.FormatVersion)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.UnsupportedVersion,
                $"Blob format {version}; this build reads {AdapterBlob.FormatVersion}."
            );
        }

        if (header[6] != (byte)expectedKind)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.WrongKind,
                $"Blob of kind {header[6]}; expected {(int)expectedKind} ({expectedKind})."
            );
        }

        // Published adapters are never rounded.
        var most = expectedKind == AdapterBlobKind.Update ? BlobPrecision.EightBit : BlobPrecision.Full;
        if (header[7] is 0 || header[7] > (byte)most)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.UnsupportedElementType,
                $"Element type {header[7]}; expected 1 (float32){(most == BlobPrecision.Full ? "" : ", 2 (bfloat16) or 3 (8 bits)")}."
            );
        }

        var digest = Convert.ToHexStringLower(header.Slice(AdapterBlob.DigestOffset, 32));
        if (digest != layout.Digest)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.OtherLayout,
                $"Made for the layout {digest}; expected {layout.Digest}. Base model, targets, rank, alpha, scaling or seed differ."
            );
        }

        var count = BinaryPrimitives.ReadUInt64LittleEndian(header[AdapterBlob.CountOffset..]);
        if (count != (ulong)layout.Count)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.WrongLength,
                $"{count} elements; the layout has {layout.Count}."
            );
        }
    }
}
