using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Federated.Silo;

/// <summary>Uploads that have begun, as part files: each has one writer at a time, and goes on where it stopped.</summary>
/// <param name="folder">Where they lie.</param>
/// <param name="publish">Gives a part file whose bytes are on the disk its name.</param>
internal sealed class UnfinishedUploads(string folder, Action<string, string> publish)
{
    // The data folder has one process, so whoever is in here is the only writer of its upload.
    private readonly ConcurrentDictionary<string, byte> _writing = new();

    /// <summary>Bytes held of an upload.</summary>
    public long Committed(string uploadId, string name)
    {
        var part = new FileInfo(PartOf(SlotOf(uploadId), name));
        return part.Exists ? part.Length : 0;
    }

    /// <summary>Goes on with an upload, or begins it.</summary>
    /// <exception cref="IOException">It has another writer, or does not end at <paramref name="offset"/>.</exception>
    public async Task<FileBlobUpload> ContinueAsync(
        string uploadId,
        string name,
        long offset,
        CancellationToken cancellation
    )
    {
        var slot = SlotOf(uploadId);
        var part = PartOf(slot, name);
        if (!_writing.TryAdd(slot, 0))
        {
            throw new IOException($"The upload {uploadId} has another writer. Try again when that one has ended.");
        }

        var upload = new FileBlobUpload(this, part, slot);
        try
        {
            // The name is in that of the file, so that after a crash, too, no bytes pass for those of another blob.
            foreach (var other in Directory.EnumerateFiles(folder, $"{slot}.*.part").Where(other => other != part))
            {
                File.Delete(other);
            }

            await upload.OpenAsync(offset, cancellation);
            return upload;
        }
        catch
        {
            await upload.DisposeAsync();
            throw;
        }
    }

    /// <summary>Drops those that nobody has written to since <paramref name="moment"/>, or has open.</summary>
    public void DropUntouchedSince(DateTimeOffset moment)
    {
        foreach (var part in new DirectoryInfo(folder).EnumerateFiles("*.part"))
        {
            var slot = part.Name[..part.Name.IndexOf('.', StringComparison.Ordinal)];
            if (!_writing.TryAdd(slot, 0))
            {
                continue;
            }

            try
            {
                // What was enumerated may have been written to since.
                part.Refresh();
                if (part.Exists && part.LastWriteTimeUtc < moment.UtcDateTime)
                {
                    part.Delete();
                }
            }
            finally
            {
                Release(slot);
            }
        }
    }

    /// <summary>Makes a whole part file the blob of its name.</summary>
    public void Publish(string part, string name) => publish(part, name);

    /// <summary>Lets the next writer of an upload in.</summary>
    public void Release(string slot) => _writing.TryRemove(slot, out _);

    // An upload id may hold anything, so its file is named by its hash.
    private static string SlotOf(string uploadId)
    {
        ArgumentException.ThrowIfNullOrEmpty(uploadId);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uploadId)));
    }

    private string PartOf(string slot, string name) => Path.Combine(folder, $"{slot}.{name}.part");
}
