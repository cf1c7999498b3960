using System.Security.Cryptography;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>
/// Blobs as files named by their SHA-256 (<c>ab/abcdef…</c>), and unfinished uploads as part files beside them. A file gets
/// its final name only when its bytes are on the disk, so a blob is whole or not there, whenever the power goes.
/// </summary>
public sealed class FileBlobStore : IBlobStore
{
    private readonly Action<string> _flushFolder;
    private readonly TimeProvider _time;
    private readonly string _root;
    private readonly string _parts;
    private readonly UploadMarks _marks;
    private readonly UnfinishedUploads _unfinished;

    // Between looking at a blob's time and deleting it with its mark nobody may be told that it is there, and nobody may put it there again.
    private readonly Lock _times = new();

    /// <summary>Opens the folder, or makes it.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="time">Stamps what is put here or asked for; null = the system's.</param>
    public FileBlobStore(string root, TimeProvider? time = null)
        : this(root, DurableFolder.Flush, time) { }

    /// <summary>As the other, with what makes the entries of a folder durable.</summary>
    internal FileBlobStore(string root, Action<string> flushFolder, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _flushFolder = flushFolder;
        _root = Path.GetFullPath(root);
        _parts = Path.Combine(_root, "parts");
        DurableFolder.Create(_parts);
        _unfinished = new(_parts, PublishUploaded);
        _marks = new(Path.Combine(_root, "uploaded"));
        // What PutAsync had begun and not finished belongs to nobody after a restart.
        foreach (var abandoned in Directory.EnumerateFiles(_parts, "*.put"))
        {
            File.Delete(abandoned);
        }
    }

    /// <inheritdoc/>
    public Task<long?> LengthAsync(string digest, CancellationToken cancellation = default)
    {
        var file = new FileInfo(PathOf(digest));
        if (!Touch(file.FullName))
        {
            return Task.FromResult<long?>(null);
        }

        // Whoever has its length may promise that it is kept.
        FlushEntries(file.DirectoryName!);
        return Task.FromResult<long?>(file.Length);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string digest, CancellationToken cancellation = default)
    {
        try
        {
            return Task.FromResult<Stream>(
                new FileStream(
                    PathOf(digest),
                    new FileStreamOptions
                    {
                        Access = FileAccess.Read,
                        // Deleting a blob does not disturb who is reading it.
                        Share = FileShare.Read | FileShare.Delete,
                        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                        BufferSize = 1 << 16,
                    }
                )
            );
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"There is no blob {digest}.", digest, e);
        }
    }

    /// <inheritdoc/>
    public async Task<string> PutAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content.Span));
        var target = PathOf(digest);
        if (Touch(target))
        {
            // From now on it is the silo's own, whoever sent it before.
            _marks.Remove(digest);
            FlushEntries(Path.GetDirectoryName(target)!);
            return digest;
        }

        var part = Path.Combine(_parts, $"{Guid.NewGuid():N}.put");
        try
        {
            await using (
                var file = new FileStream(
                    part,
                    new FileStreamOptions
                    {
                        Mode = FileMode.CreateNew,
                        Access = FileAccess.Write,
                        Share = FileShare.None,
                        BufferSize = 0,
                        Options = FileOptions.Asynchronous,
                    }
                )
            )
            {
                await file.WriteAsync(content, cancellation);
                file.Flush(flushToDisk: true);
            }

            lock (_times)
            {
                // An upload of the same bytes may have been killed between its mark and its blob.
                _marks.Remove(digest);
                Name(part, digest);
            }

            FlushEntries(Path.GetDirectoryName(target)!);
        }
        finally
        {
            File.Delete(part);
        }

        return digest;
    }

    /// <inheritdoc/>
    public Task<long> CommittedAsync(string uploadId, string digest, CancellationToken cancellation = default)
    {
        RequireDigest(digest);
        return Task.FromResult(_unfinished.Committed(uploadId, digest));
    }

    /// <inheritdoc/>
    public async Task<IBlobUpload> ContinueAsync(
        string uploadId,
        string digest,
        long offset,
        CancellationToken cancellation = default
    )
    {
        RequireDigest(digest);
        return await _unfinished.ContinueAsync(uploadId, digest, offset, cancellation);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string digest, CancellationToken cancellation = default)
    {
        var path = PathOf(digest);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        _marks.Remove(digest);
        return Task.CompletedTask;
    }

    /// <summary>Blobs that came as uploads before a moment, and that no run was seen to need since (<see cref="Settle"/>).</summary>
    /// <param name="moment">The moment.</param>
    public IReadOnlyList<string> UploadedBefore(DateTimeOffset moment) => _marks.Before(moment);

    /// <summary>A run needs an uploaded blob: <see cref="UploadedBefore"/> names it no more.</summary>
    public void Settle(string digest) => _marks.Remove(digest);

    /// <summary>Deletes a blob, unless somebody has put it here or asked for it since a moment.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="moment">The moment.</param>
    /// <returns>Its length; null when it stays, or is not there.</returns>
    public long? DeleteUntouchedSince(string digest, DateTimeOffset moment)
    {
        var file = new FileInfo(PathOf(digest));
        lock (_times)
        {
            file.Refresh();
            if (file.Exists && file.LastWriteTimeUtc >= moment.UtcDateTime)
            {
                return null;
            }

            _marks.Remove(digest);
            if (!file.Exists)
            {
                return null;
            }

            var length = file.Length;
            file.Delete();
            return length;
        }
    }

    /// <summary>Drops unfinished uploads that nobody has written to since <paramref name="moment"/>, or has open.</summary>
    public void DropUploadsUntouchedSince(DateTimeOffset moment) => _unfinished.DropUntouchedSince(moment);

    /// <summary>Gives the flushed bytes of an upload their name, durably: there on trial until a run needs them.</summary>
    private void PublishUploaded(string part, string digest)
    {
        lock (_times)
        {
            if (!File.Exists(PathOf(digest)))
            {
                // Before the blob: a kill between the two leaves a mark without a blob, and never a blob that nobody looks after.
                _marks.Set(digest, _time.GetUtcNow());
            }

            Name(part, digest);
        }

        FlushEntries(Path.GetDirectoryName(PathOf(digest))!);
    }

    private void Name(string part, string digest)
    {
        var target = PathOf(digest);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.SetLastWriteTimeUtc(part, _time.GetUtcNow().UtcDateTime);
        File.Move(part, target, overwrite: true);
    }

    // A file or folder that is there may have been given its name a moment ago, and not be durable yet.
    private void FlushEntries(string folder)
    {
        _flushFolder(folder);
        _flushFolder(_root);
    }

    // Whoever is told that a blob is there has time to say what for.
    private bool Touch(string path)
    {
        lock (_times)
        {
            if (!File.Exists(path))
            {
                return false;
            }

            File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
            return true;
        }
    }

    private string PathOf(string digest)
    {
        RequireDigest(digest);
        return Path.Combine(_root, digest[..2], digest);
    }

    private static void RequireDigest(string digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        if (!Sha256Text.IsDigest(digest))
        {
            throw new ArgumentException(
                $"A blob's digest is 64 lowercase hex digits (SHA-256); got \"{digest}\".",
                nameof(digest)
            );
        }
    }
}
