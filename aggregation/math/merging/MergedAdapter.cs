using System.Buffers;
using System.Runtime.InteropServices;
using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>The adapter of a new version, not yet published. Only a merge makes one.</summary>
/// <remarks>
/// Its memory is the blob that is stored, in a pooled array: an adapter of many megabytes in fresh memory would cost more in first touches than its merge. Dispose it when
/// the blob is stored.
/// </remarks>
public sealed class MergedAdapter : IDisposable
{
    private readonly int _length;
    private byte[]? _bytes;

    internal MergedAdapter(long version, AdapterLayout layout)
    {
        Version = version;
        _length = checked((int)AdapterBlob.ByteLength(layout));
        _bytes = ArrayPool<byte>.Shared.Rent(_length);
        AdapterBlob.WriteHeader(
            _bytes.AsSpan(0, AdapterBlob.HeaderLength),
            AdapterBlobKind.Adapter,
            layout,
            BlobPrecision.Full
        );
    }

    /// <summary>The version it is to become.</summary>
    public long Version { get; }

    /// <summary>All that the layout holds, flat, in its order.</summary>
    public ReadOnlySpan<float> Values => Elements;

    /// <summary>The bytes to store. They are the same memory: not after <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Blob => Bytes.AsMemory(0, _length);

    /// <summary>How far the adapter moved: the length of the server optimizer's step, or ‖B A − B_t A_t‖_F of a merge by products.</summary>
    public double StepNorm { get; internal set; }

    /// <summary>The server optimizer's state after this version, as a blob; null for an optimizer without one.</summary>
    public byte[]? OptimizerState { get; internal set; }

    /// <summary>The residual that is published with the adapter, as a <see cref="ProductsBlob"/>; null = none.</summary>
    public byte[]? Residual { get; internal set; }

    /// <summary>What is carried to the next merge, as a <see cref="ProductsBlob"/>; null = nothing.</summary>
    public byte[]? Tail { get; internal set; }

    /// <summary>Where centered clipping starts in the next version, as an update's blob; null = at zero.</summary>
    public byte[]? Centre { get; internal set; }

    /// <summary>What the merge did.</summary>
    public MergeReport Report { get; internal set; } = new(MergeMethod.Ffa, 0, 0, 0, null);

    /// <summary>The elements, to be filled. Their form in memory is that of the blob, little-endian as every processor that .NET runs models on.</summary>
    internal Span<float> Elements =>
        MemoryMarshal.Cast<byte, float>(Bytes.AsSpan(AdapterBlob.HeaderLength, _length - AdapterBlob.HeaderLength));

    private byte[] Bytes => _bytes ?? throw new ObjectDisposedException(nameof(MergedAdapter));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = null;
        }
    }
}
