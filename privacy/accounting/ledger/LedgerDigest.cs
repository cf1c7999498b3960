using System.Security.Cryptography;

namespace Federated.Privacy.Accounting;

/// <summary>SHA-256 as 64 lowercase hexadecimal digits.</summary>
internal static class LedgerDigest
{
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static void Check(string value, string name)
    {
        if (value is not { Length: 64 } || value.Any(c => !char.IsAsciiHexDigitLower(c)))
        {
            throw new ArgumentException(
                $"{name} = '{value}'; expected a SHA-256 as 64 lowercase hexadecimal digits",
                name
            );
        }
    }
}
