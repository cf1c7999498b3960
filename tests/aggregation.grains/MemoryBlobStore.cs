using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Federated.Aggregation.Grains.Tests;

internal sealed class MemoryBlobStore : IBlobStore
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    public byte[] this[string digest] => _blobs[digest];

    public Task<long?> LengthAsync(string name, CancellationToken cancellation = default) =>
        Task.FromResult<long?>(_blobs.TryGetValue(name, out var blob) ? blob.LongLength : null);

    public Task<Stream> OpenAsync(string name, CancellationToken cancellation = default) =>
        _blobs.TryGetValue(name, out var blob)
            ? Task.FromResult<Stream>(new MemoryStream(blob, writable: false))
            : throw new FileNotFoundException($"no blob {name}");

    public Task<string> PutAsync(ReadOnlyMemory<byte> content, string? owner, CancellationToken cancellation)
    {
        var name = BlobNames.Of(Convert.ToHexStringLower(SHA256.HashData(content.Span)), owner);
        _blobs[name] = content.ToArray();
        return Task.FromResult(name);
    }

    public void PutAs(string digest, byte[] content) => _blobs[digest] = content;

    public Task DeleteAsync(string name, CancellationToken cancellation = default)
    {
        _blobs.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    public Task<long> CommittedAsync(string uploadId, string name, CancellationToken cancellation = default) =>
        Task.FromResult(0L);

    public Task<IBlobUpload> ContinueAsync(
        string uploadId,
        string name,
        long offset,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException("grains take blobs that are whole");

    public Task DiscardUploadAsync(string name, CancellationToken cancellation = default) => Task.CompletedTask;
}
