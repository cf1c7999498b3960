using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>
/// The SHA-256 of a journal entry and its place, kept beside it: SQLite notices a torn file and not a changed number in it, and a run folded from that would go on with another result.
/// </summary>
internal static class EntryDigest
{
    /// <summary>32 bytes.</summary>
    public static byte[] Of(string stream, long sequence, string kind, ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{stream}\n{sequence}\n{kind}\n"))
        );
        hash.AppendData(payload);
        return hash.GetHashAndReset();
    }

    /// <summary>Whether an entry is what was written. One of the first release has no digest.</summary>
    public static bool Fits(string stream, JournalEntry entry, byte[]? digest) =>
        digest is null || digest.AsSpan().SequenceEqual(Of(stream, entry.Sequence, entry.Kind, entry.Payload.Span));
}
