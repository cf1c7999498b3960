using Federated.Privacy.Accounting;
using Federated.Protocol;
using Google.Protobuf;
using V1 = Federated.Protocol.V1;

namespace Federated.ClientNode;

/// <summary>The silo's messages as the node's own types, and back. Whatever a silo says is checked here, before anything uses it.</summary>
internal static class SiloMessages
{
    private const long LongestWait = 24 * 60 * 60 * 1000; // a TimeSpan cannot hold every number of milliseconds

    /// <summary>The answer to a join.</summary>
    /// <exception cref="SiloRefusedException">It names no key that could sign receipts.</exception>
    public static Membership Membership(V1.JoinReply reply)
    {
        var joined = new Membership(
            SiloText.Plain(reply.NodeId),
            SiloText.Plain(reply.Group),
            reply.SiloKey?.KeyId ?? "",
            reply.SiloKey?.PublicKey.ToByteArray() ?? []
        );
        return joined.HasKey
            ? joined
            : throw new SiloRefusedException("the silo names no key that could sign its receipts");
    }

    /// <summary>The answer to a check-in.</summary>
    /// <exception cref="SiloRefusedException">It is no answer, or holds a digest or ledger head that cannot be one.</exception>
    public static CheckInAnswer Answer(V1.CheckInReply reply) =>
        Asked(reply) with
        {
            KnownLedger = Known(reply.KnownLedger),
        };

    /// <summary>The answer to an upload.</summary>
    /// <exception cref="SiloRefusedException">It is no answer.</exception>
    public static UploadAnswer Answer(V1.UploadUpdateReply reply) =>
        reply.AnswerCase switch
        {
            V1.UploadUpdateReply.AnswerOneofCase.Receipt => new UploadAnswer.Accepted(Receipt(reply.Receipt)),
            V1.UploadUpdateReply.AnswerOneofCase.Refusal => new UploadAnswer.Refused(
                SiloText.Plain(reply.Refusal.Reason),
                SiloText.Plain(reply.Refusal.Message),
                reply.Refusal.MayRetry
            ),
            _ => throw new SiloRefusedException(
                "the silo's answer to an upload is empty; it may speak another protocol"
            ),
        };

    /// <summary>A receipt, not checked yet.</summary>
    public static SignedReceipt Receipt(V1.Receipt receipt) =>
        new(UpdateReceipt.FromMessage(receipt), receipt.Signature.ToByteArray());

    /// <summary>What goes before an update's bytes.</summary>
    public static V1.UploadHeader Header(SealedUpdate update)
    {
        var attestation =
            update.Attestation ?? throw new InvalidOperationException("an update is sent only after it is attested");
        return new V1.UploadHeader
        {
            RunDigest = update.RunDigest,
            Epoch = update.Epoch,
            BaseVersion = update.BaseVersion,
            BaseDigest = update.BaseDigest,
            UpdateDigest = update.UpdateDigest,
            Length = update.Length,
            Attestation = ByteString.CopyFrom(attestation.Attestation.ToCanonicalBytes()),
            AttestationSignature = ByteString.CopyFrom(attestation.Signature.Span),
        };
    }

    private static CheckInAnswer Asked(V1.CheckInReply reply) =>
        reply.AnswerCase switch
        {
            V1.CheckInReply.AnswerOneofCase.Assignment => new CheckInAnswer.Assignment(
                Digest(reply.Assignment.RunDigest),
                SiloText.Plain(reply.Assignment.RunName),
                reply.Assignment.Epoch,
                reply.Assignment.BaseVersion,
                Digest(reply.Assignment.BaseDigest),
                DigestOrNone(reply.Assignment.ResidualDigest)
            ),
            V1.CheckInReply.AnswerOneofCase.Offer => new CheckInAnswer.Offer(
                Digest(reply.Offer.RunDigest),
                reply.Offer.Document.ToByteArray()
            ),
            V1.CheckInReply.AnswerOneofCase.Wait => new CheckInAnswer.Wait(
                TimeSpan.FromMilliseconds(Math.Clamp(reply.Wait.RetryAfterMs, 0, LongestWait)),
                SiloText.Plain(reply.Wait.Reason)
            ),
            V1.CheckInReply.AnswerOneofCase.Ended => new CheckInAnswer.Ended(
                Digest(reply.Ended.RunDigest),
                SiloText.Plain(reply.Ended.Outcome),
                SiloText.Plain(reply.Ended.Reason),
                reply.Ended.FinalVersion,
                DigestOrNone(reply.Ended.FinalDigest),
                DigestOrNone(reply.Ended.FinalResidualDigest)
            ),
            V1.CheckInReply.AnswerOneofCase.Refusal => new CheckInAnswer.Refused(
                SiloText.Plain(reply.Refusal.Reason),
                SiloText.Plain(reply.Refusal.Message),
                reply.Refusal.MayRetry
            ),
            _ => throw new SiloRefusedException(
                "the silo's answer to a check-in is empty; it may speak another protocol"
            ),
        };

    private static LedgerHead? Known(V1.LedgerHead? head) =>
        head is null ? null
        : new LedgerHead(head.Sequence, head.Hash) is { IsPlausible: true } known ? known
        : throw new SiloRefusedException("the silo claims to know a ledger head that cannot be one");

    private static string DigestOrNone(string text) => text.Length == 0 ? "" : Digest(text);

    // Digests become names of folders here.
    private static string Digest(string text) =>
        text.Length == 64 && text.All(char.IsAsciiHexDigitLower)
            ? text
            : throw new SiloRefusedException("the silo sends a digest that is not 64 lowercase hex digits");
}
