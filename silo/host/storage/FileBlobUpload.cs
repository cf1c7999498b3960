using System.Security.Cryptography;
using Federated.Aggregation.Grains;
using Federated.Privacy.Accounting;

namespace Federated.Silo;

/// <summary>The one writer of one part file. Bytes that were there before are hashed again, since a crash may have torn them.</summary>
internal sealed class FileBlobUpload(UnfinishedUploads uploads, string part, string slot) : IBlobUpload
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private FileStream? _file;
    private bool _released;

    /// <inheritdoc/>
    public long Length { get; private set; }

    private FileStream File => _file ?? throw new ObjectDisposedException(nameof(FileBlobUpload));

    /// <exception cref="IOException">The part file does not end at <paramref name="offset"/>.</exception>
    public async Task OpenAsync(long offset, CancellationToken cancellation)
    {
        _file = new FileStream(
            part,
            new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.Read,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
            }
        );
        if (_file.Length != offset)
        {
            throw new IOException($"The upload holds {_file.Length} bytes; it cannot be continued at {offset}.");
        }

        var buffer = new byte[1 << 16];
        int read;
        while ((read = await _file.ReadAsync(buffer, cancellation)) > 0)
        {
            _hash.AppendData(buffer, 0, read);
            Length += read;
        }
    }

    /// <inheritdoc/>
    public async Task AppendAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellation = default)
    {
        await File.WriteAsync(chunk, cancellation);
        _hash.AppendData(chunk.Span);
        Length += chunk.Length;
    }

    /// <inheritdoc/>
    public async Task<bool> CompleteAsync(string name, CancellationToken cancellation = default)
    {
        if (Convert.ToHexStringLower(_hash.GetHashAndReset()) != BlobNames.DigestOf(name))
        {
            File.SetLength(0);
            Length = 0;
            return false;
        }

        await File.FlushAsync(cancellation);
        File.FlushToDisk();
        await CloseAsync();
        uploads.Publish(part, name);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _hash.Dispose();
        if (!_released)
        {
            _released = true;
            uploads.Release(slot);
        }
    }

    private async ValueTask CloseAsync()
    {
        if (_file is { } open)
        {
            _file = null;
            await open.DisposeAsync();
        }
    }
}
