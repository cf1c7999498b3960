using System.Security.Cryptography;
using Federated.Protocol.V1;
using Google.Protobuf;

namespace Federated.Protocol;

/// <summary>The silo's word that an update is durable and will be counted once; its signature is over <see cref="CanonicalBytes"/>.</summary>
/// <param name="RunDigest">The run, 64 hex digits.</param>
/// <param name="Epoch">The run's epoch.</param>
/// <param name="BaseVersion">The version the update was computed from.</param>
/// <param name="NodeId">Who sent it, 64 hex digits.</param>
/// <param name="UpdateDigest">SHA-256 of the sealed bytes.</param>
/// <param name="AcceptedInto">The open version it was accepted into.</param>
/// <param name="LedgerSequence">Sequence of the node's ledger head, countersigned.</param>
/// <param name="LedgerHash">Hash of the node's ledger head, countersigned.</param>
/// <param name="KeyId">Which of the silo's keys signs.</param>
public sealed record UpdateReceipt(
    string RunDigest,
    long Epoch,
    long BaseVersion,
    string NodeId,
    string UpdateDigest,
    long AcceptedInto,
    long LedgerSequence,
    string LedgerHash,
    string KeyId
)
{
    /// <summary>Reads the fields of a message, without its signature.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The receipt.</returns>
    public static UpdateReceipt FromMessage(Receipt message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new(
            message.RunDigest,
            message.Epoch,
            message.BaseVersion,
            message.NodeId,
            message.UpdateDigest,
            message.AcceptedInto,
            message.LedgerHead?.Sequence ?? 0,
            message.LedgerHead?.Hash ?? "",
            message.KeyId
        );
    }

    /// <summary>What is signed: the line "federated-receipt-v1", then the fields in the order of the record, one a line.</summary>
    /// <returns>UTF-8.</returns>
    /// <exception cref="ArgumentException">A field holds a line break.</exception>
    public byte[] CanonicalBytes() =>
        CanonicalText.Lines(
            "federated-receipt-v1",
            RunDigest,
            Epoch,
            BaseVersion,
            NodeId,
            UpdateDigest,
            AcceptedInto,
            LedgerSequence,
            LedgerHash,
            KeyId
        );

    /// <summary>Signs the receipt.</summary>
    /// <param name="key">The silo's key <see cref="KeyId"/>.</param>
    /// <returns>ECDSA over SHA-256, IEEE P1363.</returns>
    public byte[] Sign(ECDsa key) => key.SignData(CanonicalBytes(), HashAlgorithmName.SHA256);

    /// <summary>Checks a signature.</summary>
    /// <param name="key">The silo's public key <see cref="KeyId"/>.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>Whether that key signed exactly this receipt.</returns>
    public bool Verify(ECDsa key, ReadOnlySpan<byte> signature) =>
        key.VerifyData(CanonicalBytes(), signature, HashAlgorithmName.SHA256);

    /// <summary>The receipt as it travels.</summary>
    /// <param name="signature">What <see cref="Sign"/> gave.</param>
    /// <returns>The message.</returns>
    public Receipt ToMessage(ReadOnlySpan<byte> signature) =>
        new()
        {
            RunDigest = RunDigest,
            Epoch = Epoch,
            BaseVersion = BaseVersion,
            NodeId = NodeId,
            UpdateDigest = UpdateDigest,
            AcceptedInto = AcceptedInto,
            LedgerHead = new LedgerHead { Sequence = LedgerSequence, Hash = LedgerHash },
            KeyId = KeyId,
            Signature = ByteString.CopyFrom(signature),
        };
}
