using System.Security.Cryptography;

namespace Federated.Protocol.Tests;

public sealed class NodeCallSignatureTests
{
    private const string Method = "/federated.v1.Federation/CheckIn";
    private static readonly string Node = new('a', 64);
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);

    [Fact]
    public void The_digest_is_that_of_the_lines_it_is_documented_as() =>
        Assert.Equal(
            SHA256.HashData([.. "federated-call-v1\n"u8, .. "/m\n"u8, .. "ab\n"u8, .. "-5"u8]),
            NodeCallSignature.Digest("/m", "ab", -5)
        );

    [Fact]
    public void A_call_that_was_just_signed_is_valid() => Assert.Equal(CallVerdict.Valid, Verify());

    [Fact]
    public void Another_method_node_or_time_is_not_what_was_signed()
    {
        Assert.Equal(CallVerdict.WrongSignature, Verify(method: "/federated.v1.Federation/Consent"));
        Assert.Equal(CallVerdict.WrongSignature, Verify(node: new('b', 64)));
        Assert.Equal(CallVerdict.WrongSignature, Verify(node: Node + "\n1"));
        Assert.Equal(CallVerdict.WrongSignature, Verify(time: 1));
    }

    [Fact]
    public void Another_key_or_a_changed_signature_is_refused()
    {
        Assert.Equal(CallVerdict.WrongSignature, Verify(otherKey: true));
        Assert.Equal(CallVerdict.WrongSignature, Verify(change: true));
    }

    [Theory]
    [InlineData(300_000, CallVerdict.Valid)]
    [InlineData(-300_000, CallVerdict.Valid)]
    [InlineData(300_001, CallVerdict.ClockDiffers)]
    [InlineData(-300_001, CallVerdict.ClockDiffers)]
    public void Clocks_may_differ_by_five_minutes(int milliseconds, CallVerdict verdict) =>
        Assert.Equal(verdict, Verify(later: milliseconds));

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void A_time_at_the_end_of_all_numbers_is_only_far_away(long time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = NodeCallSignature.Sign(key, Method, Node, time);
        Assert.Equal(CallVerdict.ClockDiffers, NodeCallSignature.Verify(key, Method, Node, time, Now, signature));
    }

    private static CallVerdict Verify(
        string method = Method,
        string? node = null,
        long time = 0,
        int later = 0,
        bool otherKey = false,
        bool change = false
    )
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signed = Now.ToUnixTimeMilliseconds();
        var signature = NodeCallSignature.Sign(key, Method, Node, signed);
        signature[10] ^= change ? (byte)1 : (byte)0;
        return NodeCallSignature.Verify(
            otherKey ? other : key,
            method,
            node ?? Node,
            signed + time,
            Now.AddMilliseconds(later),
            signature
        );
    }
}
