using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Federated.Aggregation.Grains.Tests;

internal sealed class MemoryBlobStore : IBlobStore
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    public byte[] this[string digest] => _blobs[digest];

    public Task<long?> LengthAsync(string digest, CancellationToken cancellation = default) =>
        Task.FromResult<long?>(_blobs.TryGetValue(digest, out var blob) ? blob.LongLength : null);

    public Task<Stream> OpenAsync(string digest, CancellationToken cancellation = default) =>
        _blobs.TryGetValue(digest, out var blob)
            ? Task.FromResult<Stream>(new MemoryStream(blob, writable: false))
            : throw new FileNotFoundException($"no blob {digest}");

    public Task<string> PutAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content.Span));
        _blobs[digest] = content.ToArray();
        return Task.FromResult(digest);
    }

    public void PutAs(string digest, byte[] content) => _blobs[digest] = content;

    public Task DeleteAsync(string digest, CancellationToken cancellation = default)
    {
        _blobs.TryRemove(digest, out _);
        return Task.CompletedTask;
    }

    public Task<long> CommittedAsync(string uploadId, string digest, CancellationToken cancellation = default) =>
        Task.FromResult(0L);

    public Task<IBlobUpload> ContinueAsync(
        string uploadId,
        string digest,
        long offset,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException("grains take blobs that are whole");
}
