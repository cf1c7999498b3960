using System.Security.Cryptography;
using System.Text;

namespace Federated.Silo;

/// <summary>
/// What an invited machine presents: <c>group.secret</c>, so that a silo with several groups knows which one is meant. Only
/// the token's hash is stored.
/// </summary>
internal static class InvitationToken
{
    /// <summary>A new token for a group.</summary>
    public static string For(string group) => $"{group}.{OperatorToken.New()}";

    /// <summary>The group that a token names; null = no token of ours.</summary>
    public static string? GroupOf(string token) => token.LastIndexOf('.') is > 0 and var dot ? token[..dot] : null;

    /// <summary>SHA-256 of the token, 64 lowercase hex digits.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
