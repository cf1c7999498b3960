using System.Buffers;

namespace Federated.Silo;

/// <summary>SHA-256 as text: 64 lowercase hex digits, in one spelling only.</summary>
internal static class Sha256Text
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether the text is one.</summary>
    public static bool IsDigest(string text) => text.Length == 64 && !text.AsSpan().ContainsAnyExcept(HexDigits);

    /// <summary>Whether the text is the name of a blob: a digest, or a digest and an owner.</summary>
    public static bool IsBlobName(string text) =>
        IsDigest(text) || (text.Length == 129 && text[64] == '-' && IsDigest(text[..64]) && IsDigest(text[65..]));
}
