using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Federated.Privacy.Accounting;

/// <summary>
/// The ledger on disk: JSON lines, UTF-8. The first line is the header; each later line is one entry whose last property, <c>hash</c>, is
/// SHA-256 of the line's bytes before it. Format version 1.
/// </summary>
internal static class LedgerFormat
{
    public const string Name = "federated-privacy-ledger";
    public const int Version = 1;

    private const string HashStart = ",\"hash\":\"";
    private const int HashTail = 9 + 64 + 2;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
    };

    public static byte[] Header(DateTimeOffset created, Guid ledgerId) =>
        JsonSerializer.SerializeToUtf8Bytes(new LedgerHeader(Name, Version, ledgerId, created), Options);

    /// <summary>The line, without its line break, and its hash.</summary>
    public static (byte[] Line, string Hash) Encode(LedgerEntry entry)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(entry, Options);
        var hash = LedgerDigest.Of(body);
        return ([.. body.AsSpan(0, body.Length - 1), .. Encoding.ASCII.GetBytes($"{HashStart}{hash}\"}}")], hash);
    }

    public static LedgerHeader DecodeHeader(ReadOnlySpan<byte> line, string path)
    {
        try
        {
            var header = JsonSerializer.Deserialize<LedgerHeader>(line, Options);
            if (header is { Format: Name, Version: Version })
            {
                return header;
            }
        }
        catch (JsonException)
        {
            // Told below, with the file and the fix.
        }

        throw new LedgerCorruptException(
            $"'{path}' line 1: not the header of a {Name} of version {Version}; give the ledger's file, or a newer program"
        );
    }

    /// <summary>Null if the line is not an entry with a matching hash.</summary>
    public static LedgerEntry? Decode(ReadOnlySpan<byte> line)
    {
        if (line.Length <= HashTail || !line[^HashTail..^66].SequenceEqual(Encoding.ASCII.GetBytes(HashStart)))
        {
            return null;
        }

        byte[] body = [.. line[..^HashTail], (byte)'}'];
        var hash = LedgerDigest.Of(body);
        if (!line[^66..^2].SequenceEqual(Encoding.ASCII.GetBytes(hash)) || !line[^2..].SequenceEqual("\"}"u8))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<LedgerEntry>(body, Options) is { } entry
                ? entry with
                {
                    Hash = hash,
                }
                : null;
        }
        catch (Exception error) when (error is JsonException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
