using System.Security.Cryptography;
using System.Text.Json;

namespace Federated.ClientNode;

/// <summary>What the silo said at join, pinned: receipts signed by any other key are refused.</summary>
/// <param name="NodeId">The silo's name for this node's key.</param>
/// <param name="Group">The group that issued the token.</param>
/// <param name="KeyId">Id of the key that signs receipts.</param>
/// <param name="SiloKey">DER SubjectPublicKeyInfo of that key.</param>
internal sealed record Membership(string NodeId, string Group, string KeyId, byte[] SiloKey)
{
    /// <summary>Whether the key is one, and has the id that stands beside it.</summary>
    public bool HasKey
    {
        get
        {
            if (SiloKey is null || KeyId != Convert.ToHexStringLower(SHA256.HashData(SiloKey))[..16])
            {
                return false;
            }

            using var key = ECDsa.Create();
            try
            {
                key.ImportSubjectPublicKeyInfo(SiloKey, out _);
                return true;
            }
            catch (CryptographicException)
            {
                return false;
            }
        }
    }

    /// <summary>Reads a home's membership; null before the first join.</summary>
    /// <exception cref="NodeHomeException">The file cannot be read.</exception>
    public static Membership? Read(NodeHome home)
    {
        if (!File.Exists(home.MembershipFile))
        {
            return null;
        }

        try
        {
            var membership = JsonSerializer.Deserialize<Membership>(
                File.ReadAllBytes(home.MembershipFile),
                NodeJson.Options
            );
            return membership is { HasKey: true, NodeId: not null, Group: not null }
                ? membership
                : throw Unreadable(home, null);
        }
        catch (JsonException error)
        {
            throw Unreadable(home, error);
        }
    }

    private static NodeHomeException Unreadable(NodeHome home, Exception? error) =>
        new($"{home.MembershipFile}: cannot be read; remove it and join again", error);

    /// <summary>Keeps the membership.</summary>
    public void Write(NodeHome home) =>
        DurableFile.Write(home.MembershipFile, JsonSerializer.SerializeToUtf8Bytes(this, NodeJson.Options));
}
