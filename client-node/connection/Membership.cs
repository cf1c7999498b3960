using System.Text.Json;

namespace Federated.ClientNode;

/// <summary>What the silo said at join, pinned: receipts signed by any other key are refused.</summary>
/// <param name="NodeId">The silo's name for this node's key.</param>
/// <param name="Group">The group that issued the token.</param>
/// <param name="KeyId">Id of the key that signs receipts.</param>
/// <param name="SiloKey">DER SubjectPublicKeyInfo of that key.</param>
internal sealed record Membership(string NodeId, string Group, string KeyId, byte[] SiloKey)
{
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
            return JsonSerializer.Deserialize<Membership>(File.ReadAllBytes(home.MembershipFile), NodeJson.Options);
        }
        catch (JsonException error)
        {
            throw new NodeHomeException($"{home.MembershipFile}: cannot be read; remove it and join again", error);
        }
    }

    /// <summary>Keeps the membership.</summary>
    public void Write(NodeHome home) =>
        DurableFile.Write(home.MembershipFile, JsonSerializer.SerializeToUtf8Bytes(this, NodeJson.Options));
}
