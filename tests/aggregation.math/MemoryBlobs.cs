using System.Security.Cryptography;

namespace Federated.Aggregation.Tests;

/// <summary>Blobs by digest, in memory.</summary>
internal sealed class MemoryBlobs
{
    private readonly Dictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    /// <summary>Streams that were opened.</summary>
    public int Opened { get; private set; }

    public string Put(byte[] blob)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(blob));
        _blobs[digest] = blob;
        return digest;
    }

    public Task<Stream> OpenAsync(string digest, CancellationToken cancellation = default)
    {
        Opened++;
        return Task.FromResult<Stream>(new MemoryStream(_blobs[digest], writable: false));
    }
}
