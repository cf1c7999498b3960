using System.Security.Cryptography;
using Federated.Aggregation.Grains;
using Federated.Privacy.Accounting;

namespace Federated.Silo;

/// <summary>
/// Blobs as files named by their SHA-256 (<c>ab/abcdef…</c>, or <c>ab/abcdef…-owner</c>), and unfinished uploads as part files beside them. A file gets
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
    public Task<long?> LengthAsync(string name, CancellationToken cancellation = default)
    {
        var file = new FileInfo(PathOf(name));
        if (!Touch(file.FullName))
        {
            return Task.FromResult<long?>(null);
        }

        // Whoever has its length may promise that it is kept.
        FlushEntries(file.DirectoryName!);
        return Task.FromResult<long?>(file.Length);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string name, CancellationToken cancellation = default)
    {
        try
        {
            return Task.FromResult<Stream>(
                new FileStream(
                    PathOf(name),
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
            throw new FileNotFoundException($"There is no blob {name}.", name, e);
        }
    }

    /// <inheritdoc/>
    public async Task<string> PutAsync(ReadOnlyMemory<byte> content, string? owner, CancellationToken cancellation)
    {
        var name = BlobNames.Of(Convert.ToHexStringLower(SHA256.HashData(content.Span)), owner);
        var target = PathOf(name);
        if (Touch(target, becomesOwn: true))
        {
            FlushEntries(Path.GetDirectoryName(target)!);
            return name;
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
                file.FlushToDisk();
            }

            lock (_times)
            {
                // An upload of the same bytes may have been killed between its mark and its blob.
                _marks.Remove(name);
                Name(part, name);
            }

            FlushEntries(Path.GetDirectoryName(target)!);
        }
        finally
        {
            File.Delete(part);
        }

        return name;
    }

    /// <inheritdoc/>
    public Task<long> CommittedAsync(string uploadId, string name, CancellationToken cancellation = default)
    {
        RequireName(name);
        return Task.FromResult(_unfinished.Committed(uploadId, name));
    }

    /// <inheritdoc/>
    public async Task<IBlobUpload> ContinueAsync(
        string uploadId,
        string name,
        long offset,
        CancellationToken cancellation = default
    )
    {
        RequireName(name);
        return await _unfinished.ContinueAsync(uploadId, name, offset, cancellation);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellation = default)
    {
        var path = PathOf(name);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        _marks.Remove(name);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DiscardUploadAsync(string name, CancellationToken cancellation = default)
    {
        var path = PathOf(name);
        lock (_times)
        {
            if (_marks.Has(name))
            {
                _marks.Remove(name);
                File.Delete(path);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Blobs that came as uploads before a moment, and that no run was seen to need since (<see cref="Settle"/>).</summary>
    /// <param name="moment">The moment.</param>
    public IReadOnlyList<string> UploadedBefore(DateTimeOffset moment) => _marks.Before(moment);

    /// <summary>A run needs an uploaded blob: <see cref="UploadedBefore"/> names it no more.</summary>
    public void Settle(string name) => _marks.Remove(name);

    /// <summary>Deletes a blob, unless somebody has put it here or asked for it since a moment.</summary>
    /// <param name="name">The blob.</param>
    /// <param name="moment">The moment.</param>
    /// <returns>Its length; null when it stays, or is not there.</returns>
    public long? DeleteUntouchedSince(string name, DateTimeOffset moment)
    {
        var file = new FileInfo(PathOf(name));
        lock (_times)
        {
            file.Refresh();
            if (file.Exists && file.LastWriteTimeUtc >= moment.UtcDateTime)
            {
                return null;
            }

            _marks.Remove(name);
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
    private void PublishUploaded(string part, string name)
    {
        lock (_times)
        {
            if (!File.Exists(PathOf(name)))
            {
                // Before the blob: a kill between the two leaves a mark without a blob, and never a blob that nobody looks after.
                _marks.Set(name, _time.GetUtcNow());
            }

            Name(part, name);
        }

        FlushEntries(Path.GetDirectoryName(PathOf(name))!);
    }

    private void Name(string part, string name)
    {
        var target = PathOf(name);
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

    // Whoever is told that a blob is there has time to say what for. What the silo makes itself is its own, whoever sent it before.
    private bool Touch(string path, bool becomesOwn = false)
    {
        lock (_times)
        {
            if (!File.Exists(path))
            {
                return false;
            }

            if (becomesOwn)
            {
                _marks.Remove(Path.GetFileName(path));
            }

            File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
            return true;
        }
    }

    private string PathOf(string name)
    {
        RequireName(name);
        return Path.Combine(_root, name[..2], name);
    }

    private static void RequireName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Sha256Text.IsBlobName(name))
        {
            throw new ArgumentException(
                $"A blob's name is 64 lowercase hex digits (SHA-256), and -owner of the same form if it is not shared; got \"{name}\".",
                nameof(name)
            );
        }
    }
}
