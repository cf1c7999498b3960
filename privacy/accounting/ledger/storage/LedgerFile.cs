namespace Federated.Privacy.Accounting;

/// <summary>The bytes of a ledger: reading with torn-tail recovery, and durable appends.</summary>
internal static class LedgerFile
{
    /// <summary>Reads and checks everything.</summary>
    /// <returns>The state, and how many bytes of the file are whole lines.</returns>
    /// <exception cref="LedgerCorruptException">A whole line breaks the chain or a rule.</exception>
    public static (LedgerState State, long Length) Parse(ReadOnlySpan<byte> bytes, string path)
    {
        var length = bytes.LastIndexOf((byte)'\n') + 1;
        var rest = bytes[..length];
        var end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            throw new LedgerCorruptException($"'{path}' has no whole header line; it is not a ledger");
        }

        LedgerFormat.DecodeHeader(rest[..end], path);
        var state = new LedgerState(LedgerDigest.Of(rest[..end]));
        rest = rest[(end + 1)..];
        for (var number = 2; rest.Length > 0; number++)
        {
            end = rest.IndexOf((byte)'\n');
            var entry = LedgerFormat.Decode(rest[..end]);
            var broken = entry is null ? "its hash does not match its content" : state.Apply(entry);
            if (broken is not null)
            {
                throw new LedgerCorruptException(
                    $"'{path}' line {number}: {broken}; the ledger was changed outside this program: restore the file, or recover with a charge for the gap"
                );
            }

            rest = rest[(end + 1)..];
        }

        return (state, length);
    }

    /// <summary>Creates the file with its header by writing a neighbour and renaming it: it exists whole or not at all.</summary>
    public static void Create(string path, DateTimeOffset created)
    {
        var fresh = path + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write([.. LedgerFormat.Header(created, Guid.NewGuid()), (byte)'\n']);
            file.FlushToDisk();
        }

        File.Move(fresh, path);
        DurableFolder.Flush(Path.GetDirectoryName(path)!);
    }
}
