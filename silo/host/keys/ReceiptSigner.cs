using System.Security.Cryptography;
using Federated.Aggregation.Grains;
using Federated.Protocol;
using Federated.Protocol.V1;
using Google.Protobuf;

namespace Federated.Silo;

/// <summary>Signs receipts with the silo's key: ECDSA P-256, kept in the data folder.</summary>
internal sealed class ReceiptSigner : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create();
    private readonly Lock _signing = new();

    /// <summary>Reads the key, or makes one.</summary>
    /// <param name="keyFile">The file.</param>
    /// <param name="mayMakeKey">False: nodes may have joined, and take receipts of the key of then alone.</param>
    /// <exception cref="StartupException">The file holds no such key, or is not there any more.</exception>
    public ReceiptSigner(string keyFile, bool mayMakeKey)
    {
        if (!mayMakeKey && !File.Exists(keyFile))
        {
            throw new StartupException(
                $"{keyFile} is missing, and nodes that have joined refuse receipts of any other key. Restore it from a backup; without one, begin a new data folder."
            );
        }

        var pem = PrivateFile.ReadOrCreate(keyFile, NewKey);
        try
        {
            _key.ImportFromPem(pem);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new StartupException(
                $"{keyFile} holds no ECDSA private key in PEM form: {e.Message} Restore it from a backup.",
                e
            );
        }

        PublicKey = _key.ExportSubjectPublicKeyInfo();
        KeyId = Convert.ToHexStringLower(SHA256.HashData(PublicKey))[..16];
    }

    /// <summary>First 16 hex digits of the SHA-256 of <see cref="PublicKey"/>.</summary>
    public string KeyId { get; }

    /// <summary>DER SubjectPublicKeyInfo.</summary>
    public byte[] PublicKey { get; }

    /// <summary>What nodes keep to check receipts with.</summary>
    public SiloKey Message => new() { KeyId = KeyId, PublicKey = ByteString.CopyFrom(PublicKey) };

    /// <summary>The receipt as it travels, signed.</summary>
    public Receipt Sign(UnsignedReceipt unsigned)
    {
        var receipt = new UpdateReceipt(
            unsigned.RunDigest,
            unsigned.Epoch,
            unsigned.BaseVersion,
            unsigned.NodeId,
            unsigned.UpdateDigest,
            unsigned.AcceptedInto,
            unsigned.Ledger.Sequence,
            unsigned.Ledger.Hash,
            KeyId
        );
        lock (_signing)
        {
            return receipt.ToMessage(receipt.Sign(_key));
        }
    }

    public void Dispose() => _key.Dispose();

    private static string NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }
}
