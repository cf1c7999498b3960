using System.Globalization;
using System.Numerics;
using System.Text;
using Federated.Lab.Simulate;
using Federated.Privacy.Accounting;

namespace Federated.Lab.Tests.Simulate;

public sealed class VirtualKeyTests
{
    // RFC 6979, A.2.5: P-256 with SHA-256.
    private const string Secret = "0C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";

    [Theory]
    [InlineData(
        "sample",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    )]
    [InlineData(
        "test",
        "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"
    )]
    public void Signatures_are_those_of_RFC_6979(string message, string signature)
    {
        var key = new VirtualKey(BigInteger.Parse(Secret, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal(signature, Convert.ToHexString(key.Sign(Encoding.ASCII.GetBytes(message))));
    }

    [Fact]
    public void A_silo_takes_the_signatures_of_a_virtual_node_for_those_of_any_other()
    {
        var key = VirtualKey.Of(seed: 3, node: 5);
        var signature = key.Sign("an attestation"u8);
        Assert.True(NodeIdentity.Verify(key.PublicKey, "an attestation"u8, signature));
        Assert.False(NodeIdentity.Verify(key.PublicKey, "another one"u8, signature));
        Assert.Equal(NodeId.Of(key.PublicKey), key.Id);
    }

    [Fact]
    public void A_key_follows_from_seed_and_node()
    {
        Assert.Equal(VirtualKey.Of(3, 5).Id, VirtualKey.All(3, 6)[5].Id);
        Assert.NotEqual(VirtualKey.Of(3, 5).Id, VirtualKey.Of(4, 5).Id);
        Assert.NotEqual(VirtualKey.Of(3, 5).Id, VirtualKey.Of(3, 6).Id);
    }
}
