using System.Collections.Concurrent;
using System.Security.Cryptography;
using Federated.Aggregation.Grains;

namespace Federated.Lab.Simulate;

/// <summary>Blobs that last as long as the process.</summary>
internal sealed class MemoryBlobStore : IBlobStore
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<long?> LengthAsync(string digest, CancellationToken cancellation = default) =>
        Task.FromResult<long?>(_blobs.TryGetValue(digest, out var blob) ? blob.LongLength : null);

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string digest, CancellationToken cancellation = default) =>
        _blobs.TryGetValue(digest, out var blob)
            ? Task.FromResult<Stream>(new MemoryStream(blob, writable: false))
            : throw new FileNotFoundException($"There is no blob {digest}.", digest);

    /// <inheritdoc/>
    public Task<string> PutAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content.Span));
        _blobs[digest] = content.ToArray();
        return Task.FromResult(digest);
    }

    /// <summary>Nothing is ever half stored here: virtual nodes hand over whole blobs.</summary>
    public Task<long> CommittedAsync(string uploadId, string digest, CancellationToken cancellation = default) =>
        Task.FromResult(0L);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: blobs are handed over whole, by <see cref="PutAsync"/>.</exception>
    public Task<IBlobUpload> ContinueAsync(
        string uploadId,
        string digest,
        long offset,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException("virtual nodes hand over whole blobs");

    /// <inheritdoc/>
    public Task DeleteAsync(string digest, CancellationToken cancellation = default)
    {
        _blobs.TryRemove(digest, out _);
        return Task.CompletedTask;
    }
}
