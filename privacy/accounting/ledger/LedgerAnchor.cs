using System.Text.Json;

namespace Federated.Privacy.Accounting;

/// <summary>
/// The highest head of a ledger, kept in another place than the ledger. An older ledger restored from a backup does not fit it. If both are restored together, only
/// the silo's countersigned head can tell, at the next contact.
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
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<LedgerHead>(File.ReadAllBytes(path), Options);
        }
        catch (JsonException error)
        {
            throw new LedgerCorruptException(
                $"'{path}' is not a ledger anchor; restore it, or delete it if the ledger is known to be whole",
                error
            );
        }
    }

    public void Record(LedgerHead head)
    {
        var fresh = path + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(head, Options));
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }
}
