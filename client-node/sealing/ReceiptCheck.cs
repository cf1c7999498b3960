using System.Security.Cryptography;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>Whether a receipt is the pinned silo's word about exactly this update.</summary>
/// <param name="membership">The key that was pinned at join.</param>
internal sealed class ReceiptCheck(Membership membership)
{
    /// <summary>Checks a receipt.</summary>
    /// <returns>Null when it holds; otherwise what is wrong.</returns>
    public string? Fault(SealedUpdate update, SignedReceipt signed)
    {
        var receipt = signed.Receipt;
        if (receipt.KeyId != membership.KeyId)
        {
            return $"is signed with key {SiloText.Plain(receipt.KeyId)}, and {membership.KeyId} was pinned at join";
        }

        var about =
            receipt.RunDigest == update.RunDigest
            && receipt.Epoch == update.Epoch
            && receipt.BaseVersion == update.BaseVersion
            && receipt.UpdateDigest == update.UpdateDigest
            && receipt.NodeId == membership.NodeId;
        if (!about)
        {
            return "is about another update";
        }

        if (!new LedgerHead(receipt.LedgerSequence, receipt.LedgerHash).IsPlausible)
        {
            return "countersigns something that is no ledger head";
        }

        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(membership.SiloKey, out _);
        return receipt.Verify(key, signed.Signature) ? null : "has a wrong signature";
    }
}
