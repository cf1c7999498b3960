using System.Security.Cryptography;
using System.Text;

namespace Federated.Protocol.Tests;

public sealed class UpdateReceiptTests
{
    private static readonly UpdateReceipt Receipt = new("run", 1, 2, "node", "update", 3, 4, "head", "key-1");

    [Fact]
    public void The_signed_bytes_are_the_lines_they_are_documented_as() =>
        Assert.Equal(
            "federated-receipt-v1\nrun\n1\n2\nnode\nupdate\n3\n4\nhead\nkey-1",
            Encoding.UTF8.GetString(Receipt.CanonicalBytes())
        );

    [Fact]
    public void A_signature_holds_for_this_receipt_and_no_other()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = Receipt.Sign(key);
        Assert.True(Receipt.Verify(key, signature));
        UpdateReceipt[] others =
        [
            Receipt with
            {
                RunDigest = "x",
            },
            Receipt with
            {
                Epoch = 2,
            },
            Receipt with
            {
                BaseVersion = 1,
            },
            Receipt with
            {
                NodeId = "x",
            },
            Receipt with
            {
                UpdateDigest = "x",
            },
            Receipt with
            {
                AcceptedInto = 4,
            },
            Receipt with
            {
                LedgerSequence = 5,
            },
            Receipt with
            {
                LedgerHash = "x",
            },
            Receipt with
            {
                KeyId = "x",
            },
        ];
        Assert.All(others, other => Assert.False(other.Verify(key, signature)));
    }

    [Fact]
    public void It_survives_the_way_over_the_network()
    {
        var message = V1.Receipt.Parser.ParseFrom(
            Google.Protobuf.MessageExtensions.ToByteArray(Receipt.ToMessage([1, 2]))
        );
        Assert.Equal(Receipt, UpdateReceipt.FromMessage(message));
        Assert.Equal([1, 2], message.Signature.ToByteArray());
    }

    [Fact]
    public void A_field_with_a_line_break_is_never_signed() =>
        Assert.Throws<ArgumentException>(() => (Receipt with { NodeId = "a\nb" }).CanonicalBytes());
}
