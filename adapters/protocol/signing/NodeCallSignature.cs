using System.Security.Cryptography;

namespace Federated.Protocol;

/// <summary>
/// How a node proves with each call that it holds its key: an ECDSA P-256 signature (IEEE P1363, 64 bytes) over the method, the
/// node's id and the time. The connection protects the body; the time keeps a recorded call from being of use for long.
/// </summary>
public static class NodeCallSignature
{
    /// <summary>Metadata key of the node's id.</summary>
    public const string NodeKey = "fed-node";

    /// <summary>Metadata key of the time, in unix milliseconds.</summary>
    public const string TimeKey = "fed-time";

    /// <summary>Metadata key of the signature, base64.</summary>
    public const string SignatureKey = "fed-signature";

    /// <summary>How far the clocks of a node and a silo may differ.</summary>
    public static readonly TimeSpan MaxClockDifference = TimeSpan.FromMinutes(5);

    /// <summary>SHA-256 of what is signed: the lines "federated-call-v1", method, node id, unix milliseconds.</summary>
    /// <param name="method">Full name of the method, such as /federated.v1.Federation/CheckIn.</param>
    /// <param name="nodeId">64 lower-case hex digits.</param>
    /// <param name="unixMilliseconds">When the call was made.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="ArgumentException">A field holds a line break.</exception>
    public static byte[] Digest(string method, string nodeId, long unixMilliseconds) =>
        SHA256.HashData(CanonicalText.Lines("federated-call-v1", method, nodeId, unixMilliseconds));

    /// <summary>Signs a call.</summary>
    /// <param name="key">The node's key.</param>
    /// <param name="method">Full name of the method.</param>
    /// <param name="nodeId">The node's id.</param>
    /// <param name="unixMilliseconds">Now.</param>
    /// <returns>The signature.</returns>
    public static byte[] Sign(ECDsa key, string method, string nodeId, long unixMilliseconds) =>
        key.SignHash(Digest(method, nodeId, unixMilliseconds));

    /// <summary>Checks a call.</summary>
    /// <param name="key">The public key that the node registered.</param>
    /// <param name="method">The method that is being called.</param>
    /// <param name="nodeId">The id the call carries.</param>
    /// <param name="unixMilliseconds">The time the call carries.</param>
    /// <param name="now">The silo's time.</param>
    /// <param name="signature">The signature the call carries.</param>
    /// <returns>What was found.</returns>
    public static CallVerdict Verify(
        ECDsa key,
        string method,
        string nodeId,
        long unixMilliseconds,
        DateTimeOffset now,
        ReadOnlySpan<byte> signature
    )
    {
        if (nodeId.Contains('\n', StringComparison.Ordinal))
        {
            return CallVerdict.WrongSignature;
        }

        // Signature first: only the key's owner learns anything about the silo's clock.
        if (!key.VerifyHash(Digest(method, nodeId, unixMilliseconds), signature))
        {
            return CallVerdict.WrongSignature;
        }

        var difference = (Int128)now.ToUnixTimeMilliseconds() - unixMilliseconds;
        return Int128.Abs(difference) <= (Int128)MaxClockDifference.TotalMilliseconds
            ? CallVerdict.Valid
            : CallVerdict.ClockDiffers;
    }
}
