namespace Federated.Silo;

/// <summary>The names of blobs that came from outside and that no run was seen to need since: an empty file each, with the time of its upload.</summary>
internal sealed class UploadMarks
{
    private readonly DirectoryInfo _folder;

    /// <summary>Opens the folder, or makes it.</summary>
    public UploadMarks(string folder)
    {
        DurableFolder.Create(folder);
        _folder = new(folder);
    }

    /// <summary>Marks a blob.</summary>
    public void Set(string name, DateTimeOffset at)
    {
        var mark = FileOf(name);
        File.WriteAllBytes(mark, []);
        File.SetLastWriteTimeUtc(mark, at.UtcDateTime);
    }

    /// <summary>Whether a blob is marked.</summary>
    public bool Has(string digest) => File.Exists(FileOf(digest));

    /// <summary>Takes the mark away, if there is one.</summary>
    public void Remove(string name) => File.Delete(FileOf(name));

    /// <summary>Marks set before a moment, in the order of names.</summary>
    public IReadOnlyList<string> Before(DateTimeOffset moment) =>
        [
            .. _folder
                .EnumerateFiles()
                .Where(mark => mark.LastWriteTimeUtc < moment.UtcDateTime && Sha256Text.IsBlobName(mark.Name))
                .Select(mark => mark.Name)
                .Order(StringComparer.Ordinal),
        ];

    // Whoever names a mark has named its blob first, which checks it.
    private string FileOf(string name) => Path.Combine(_folder.FullName, name);
}
