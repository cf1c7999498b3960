namespace Federated.Privacy.Accounting;

/// <summary>A node's identity: the fingerprint of its public key. A self-declared name is never identity.</summary>
public readonly record struct NodeId
{
    private readonly string? _value;

    private NodeId(string value) => _value = value;

    /// <summary>Lowercase hexadecimal SHA-256 of the key's SubjectPublicKeyInfo; 64 digits.</summary>
    public string Value =>
        _value ?? throw new InvalidOperationException("a default NodeId has no value; make it from a key");

    /// <summary>The fingerprint of a public key.</summary>
    /// <param name="subjectPublicKeyInfo">The key in DER, as X.509 writes it.</param>
    public static NodeId Of(ReadOnlySpan<byte> subjectPublicKeyInfo) => new(LedgerDigest.Of(subjectPublicKeyInfo));

    /// <summary>Reads a fingerprint.</summary>
    /// <param name="value">64 lowercase hexadecimal digits.</param>
    /// <exception cref="ArgumentException">It is something else.</exception>
    public static NodeId Parse(string value)
    {
        LedgerDigest.Check(value, "nodeId");
        return new NodeId(value);
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
