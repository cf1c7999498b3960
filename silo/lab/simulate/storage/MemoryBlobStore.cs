using System.Collections.Concurrent;
using System.Security.Cryptography;
using Federated.Aggregation.Grains;

namespace Federated.Lab.Simulate;

/// <summary>Blobs that last as long as the process.</summary>
internal sealed class MemoryBlobStore : IBlobStore
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<long?> LengthAsync(string name, CancellationToken cancellation = default) =>
        Task.FromResult<long?>(_blobs.TryGetValue(name, out var blob) ? blob.LongLength : null);

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string name, CancellationToken cancellation = default) =>
        _blobs.TryGetValue(name, out var blob)
            ? Task.FromResult<Stream>(new MemoryStream(blob, writable: false))
            : throw new FileNotFoundException($"There is no blob {name}.", name);

    /// <inheritdoc/>
    public Task<string> PutAsync(ReadOnlyMemory<byte> content, string? owner, CancellationToken cancellation)
    {
        var name = BlobNames.Of(Convert.ToHexStringLower(SHA256.HashData(content.Span)), owner);
        _blobs[name] = content.ToArray();
        return Task.FromResult(name);
    }

    /// <summary>Nothing is ever half stored here: virtual nodes hand over whole blobs.</summary>
    public Task<long> CommittedAsync(string uploadId, string name, CancellationToken cancellation = default) =>
        Task.FromResult(0L);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: blobs are handed over whole, by PutAsync.</exception>
    public Task<IBlobUpload> ContinueAsync(
        string uploadId,
        string name,
        long offset,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException("virtual nodes hand over whole blobs");

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellation = default)
    {
        _blobs.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DiscardUploadAsync(string name, CancellationToken cancellation = default) => Task.CompletedTask;
}
