using System.Buffers.Binary;

namespace Federated.Privacy.Accounting;

/// <summary>An attestation with its canonical bytes and the node's signature over exactly these bytes.</summary>
public sealed class SignedAttestation
{
    private const int SignatureLength = 64;
    private readonly byte[] _canonical;
    private readonly byte[] _signature;

    internal SignedAttestation(Attestation attestation, byte[] canonical, byte[] signature) =>
        (Attestation, _canonical, _signature) = (attestation, canonical, signature);

    /// <summary>The claim. Trust it only after <see cref="Verify"/>.</summary>
    public Attestation Attestation { get; }

    /// <summary>ECDSA P-256 over the canonical bytes; r‖s, 64 bytes.</summary>
    public ReadOnlyMemory<byte> Signature => _signature;

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <param name="bytes">At most a few hundred bytes.</param>
    /// <exception cref="FormatException">It is something else, or not in canonical form.</exception>
    public static SignedAttestation Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 + SignatureLength)
        {
            throw new FormatException($"a signed attestation has more than {bytes.Length} bytes");
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (length != bytes.Length - 4 - SignatureLength)
        {
            throw new FormatException($"a signed attestation of {bytes.Length} bytes cannot hold {length} bytes");
        }

        var canonical = bytes.Slice(4, length).ToArray();
        return new SignedAttestation(AttestationEncoding.Read(canonical), canonical, bytes[(4 + length)..].ToArray());
    }

    /// <summary>The bytes that travel: length, canonical bytes, signature.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[4 + _canonical.Length + SignatureLength];
        BinaryPrimitives.WriteInt32BigEndian(bytes, _canonical.Length);
        _canonical.CopyTo(bytes, 4);
        _signature.CopyTo(bytes, 4 + _canonical.Length);
        return bytes;
    }

    /// <summary>Whether the holder of this key made the claim, in these bytes, under the node id of this key.</summary>
    /// <param name="subjectPublicKeyInfo">The node's public key as enrolled, DER.</param>
    public bool Verify(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        NodeId.Of(subjectPublicKeyInfo) == Attestation.NodeId
        && NodeIdentity.Verify(subjectPublicKeyInfo, _canonical, _signature);
}
