using System.Security.Cryptography;

namespace Federated.Protocol.Tests;

public sealed class JoinProofTests
{
    [Fact]
    public void The_holder_of_the_key_is_believed_for_this_token_only()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var proof = JoinProof.Sign(key, "token");
        Assert.True(JoinProof.Verify(key.ExportSubjectPublicKeyInfo(), "token", proof));
        Assert.False(JoinProof.Verify(key.ExportSubjectPublicKeyInfo(), "token2", proof));
        Assert.False(JoinProof.Verify(key.ExportSubjectPublicKeyInfo(), "token\n", proof));
        Assert.False(JoinProof.Verify(other.ExportSubjectPublicKeyInfo(), "token", proof));
    }

    [Fact]
    public void Bytes_that_are_no_P256_key_are_refused()
    {
        using var longer = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.False(JoinProof.Verify(longer.ExportSubjectPublicKeyInfo(), "token", JoinProof.Sign(longer, "token")));
        Assert.False(JoinProof.Verify([1, 2, 3], "token", new byte[64]));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] padded = [.. key.ExportSubjectPublicKeyInfo(), 0];
        Assert.False(JoinProof.Verify(padded, "token", JoinProof.Sign(key, "token")));
    }

    [Fact]
    public void A_nodes_id_is_the_fingerprint_of_its_key() =>
        Assert.Equal("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", JoinProof.NodeId([1, 2, 3]));
}
