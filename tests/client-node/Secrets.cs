using System.Security.Cryptography;
using System.Text;

namespace Federated.ClientNode.Tests;

/// <summary>
/// The key and the hold-out secret of the node of these tests, always the same ones: what a seeded run samples and adds follows from
/// the node's name, so a fresh key would make every such test a draw of its own.
/// </summary>
internal static class Secrets
{
    private static readonly byte[] PrivateKey = Digest("the private key of a node in tests");
    private static readonly byte[] HoldOut = Digest("the hold-out secret of a node in tests");

    public static void CopyTo(string home)
    {
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = PrivateKey });
        var pem = Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n");
        DurableFile.Write(Path.Combine(home, "key.pem"), pem, secret: true);
        DurableFile.Write(Path.Combine(home, "holdout.key"), HoldOut, secret: true);
    }

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
