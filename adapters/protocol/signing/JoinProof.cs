using System.Security.Cryptography;

namespace Federated.Protocol;

/// <summary>How a node that joins proves that it holds the private part of the key it registers.</summary>
public static class JoinProof
{
    /// <summary>The id of a key: SHA-256 of its DER SubjectPublicKeyInfo.</summary>
    /// <param name="publicKey">DER SubjectPublicKeyInfo.</param>
    /// <returns>64 lower-case hex digits.</returns>
    public static string NodeId(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey));

    /// <summary>Signs the lines "federated-join-v1", token, base64 of the public key (ECDSA, IEEE P1363, over SHA-256).</summary>
    /// <param name="key">The node's key.</param>
    /// <param name="token">The invitation.</param>
    /// <returns>The proof.</returns>
    public static byte[] Sign(ECDsa key, string token) =>
        key.SignData(Lines(token, key.ExportSubjectPublicKeyInfo()), HashAlgorithmName.SHA256);

    /// <summary>Checks a proof.</summary>
    /// <param name="publicKey">DER SubjectPublicKeyInfo of an ECDSA P-256 key.</param>
    /// <param name="token">The invitation.</param>
    /// <param name="proof">The proof.</param>
    /// <returns>False also when the bytes are no such key.</returns>
    public static bool Verify(ReadOnlySpan<byte> publicKey, string token, ReadOnlySpan<byte> proof)
    {
        if (token.Contains('\n', StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            return read == publicKey.Length
                && key.KeySize == 256
                && key.VerifyData(Lines(token, publicKey), proof, HashAlgorithmName.SHA256);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static byte[] Lines(string token, ReadOnlySpan<byte> publicKey) =>
        CanonicalText.Lines("federated-join-v1", token, Convert.ToBase64String(publicKey));
}
