using System.Security.Cryptography;

namespace Federated.Privacy.Accounting;

/// <summary>SHA-256 as 64 lowercase hexadecimal digits.</summary>
internal static class LedgerDigest
{
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static bool Is(string? value) => value is { Length: 64 } && value.All(char.IsAsciiHexDigitLower);

    public static void Check(string value, string name)
    {
        if (!Is(value))
        {
            throw new ArgumentException(
                $"{name} = '{value}'; expected a SHA-256 as 64 lowercase hexadecimal digits",
                name
            );
        }
    }
}
