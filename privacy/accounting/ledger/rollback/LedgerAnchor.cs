using System.Text.Json;

namespace Federated.Privacy.Accounting;

/// <summary>
/// One head of a ledger, kept in another place than the ledger. An older ledger restored from a backup does not fit it. If both are restored together, only
/// a silo that has seen a later head can tell, at the next contact.
/// </summary>
internal sealed class LedgerAnchor(string path)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The head that was recorded last; null if none was.</summary>
    /// <exception cref="LedgerCorruptException">The file is not an anchor.</exception>
    public LedgerHead? Read()
    {
        if (!File.Exists(path))
        {
            return Directory.Exists(path) ? throw Damaged(null) : null;
        }

        LedgerHead? head;
        try
        {
            head = JsonSerializer.Deserialize<LedgerHead>(File.ReadAllBytes(path), Options);
        }
        catch (JsonException error)
        {
            throw Damaged(error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerWriter.Unavailable(path, error);
        }

        return head is { IsPlausible: true } ? head : throw Damaged(null);
    }

    /// <summary>Writes whole or not at all, and returns when it is on disk.</summary>
    /// <exception cref="LedgerUnavailableException">It cannot be written.</exception>
    public void Record(LedgerHead head)
    {
        try
        {
            Write(head);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerWriter.Unavailable(path, error);
        }
    }

    private void Write(LedgerHead head)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var fresh = path + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(head, Options));
            file.FlushToDisk();
        }

        File.Move(fresh, path, overwrite: true);
        DurableFolder.Flush(folder);
    }

    private LedgerCorruptException Damaged(Exception? error) =>
        new($"'{path}' is not a ledger anchor; restore it, or delete it if the ledger is known to be whole", error);
}
