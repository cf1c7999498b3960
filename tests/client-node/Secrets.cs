using Federated.Privacy.Accounting;

namespace Federated.ClientNode.Tests;

/// <summary>A node's key and hold-out secret, so that two homes can be the same node.</summary>
internal sealed class Secrets
{
    private readonly byte[] _key;
    private readonly byte[] _holdOut;

    private Secrets(byte[] key, byte[] holdOut) => (_key, _holdOut) = (key, holdOut);

    /// <summary>One set for all tests that compare two runs of the same node.</summary>
    public static Secrets Shared { get; } = Fresh();

    public static Secrets Fresh()
    {
        using var folder = new TemporaryFolder();
        using var identity = NodeIdentity.Create(folder.File("key.pem"));
        return new Secrets(
            File.ReadAllBytes(folder.File("key.pem")),
            System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)
        );
    }

    public void CopyTo(string home)
    {
        DurableFile.Write(Path.Combine(home, "key.pem"), _key, secret: true);
        DurableFile.Write(Path.Combine(home, "holdout.key"), _holdOut, secret: true);
    }
}
