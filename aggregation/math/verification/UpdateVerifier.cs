using System.Security.Cryptography;
using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>
/// The only way from what a node sends to an <see cref="AcceptedUpdate"/>. Checks in the order of their cost: run and node, header,
/// attestation, bytes.
/// </summary>
public static class UpdateVerifier
{
    private const int BlockLength = 1 << 15;

    /// <summary>Checks what can be checked before the bytes travel.</summary>
    /// <returns>Repeated, refused, or none of them: go on.</returns>
    public static Verdict CheckHeader(RunState state, UpdateHeader header)
    {
        RunTerms terms = state.Terms;
        if (header.RunDigest != terms.RunDigest)
        {
            return Verdict.Refuse(
                RejectionReason.OtherRun,
                $"runDigest = {header.RunDigest}; this is run {terms.RunDigest}"
            );
        }

        if (!IsDigest(header.Digest) || !IsDigest(header.BaseDigest))
        {
            return Verdict.Refuse(
                RejectionReason.MalformedDigest,
                "updateDigest and baseDigest must be 64 lowercase hexadecimal digits"
            );
        }

        if (header.Epoch != terms.Epoch)
        {
            return Verdict.Refuse(
                RejectionReason.OtherEpoch,
                $"epoch = {header.Epoch}; the run is in epoch {terms.Epoch}: check in for a new assignment"
            );
        }

        if (state.Accepted.TryGetValue(header.Key, out AcceptedUpdate? earlier))
        {
            return state.Dropped.Contains(header.Key)
                    ? Verdict.Refuse(
                        RejectionReason.AlreadyAccepted,
                        $"update {earlier.Digest} of this node from version {header.BaseVersion} was accepted and then dropped, because the node was suspended; it is not merged and no other one is taken from this base: check in for a newer one"
                    )
                : earlier.Digest == header.Digest ? Verdict.Repeat(earlier)
                : Verdict.Refuse(
                    RejectionReason.AlreadyAccepted,
                    $"update {earlier.Digest} of this node from version {header.BaseVersion} is accepted; {header.Digest} is another one and is refused"
                );
        }

        return RefusesRunOrNode(state, header.NodeId)
            ?? RefusesBase(state, header)
            ?? RefusesLength(terms, header)
            ?? Verdict.Proceed;
    }

    /// <summary>Checks what the node claims of an update whose header passes, also before the bytes travel.</summary>
    /// <param name="state">The run, as it is now.</param>
    /// <param name="header">What the node says.</param>
    /// <param name="attestation">Canonical attestation bytes.</param>
    /// <param name="signature">The node's signature over them.</param>
    /// <param name="publicKey">The node's key, DER SubjectPublicKeyInfo.</param>
    /// <returns>Refused, or go on.</returns>
    public static Verdict CheckAttestation(
        RunState state,
        UpdateHeader header,
        ReadOnlySpan<byte> attestation,
        ReadOnlySpan<byte> signature,
        ReadOnlySpan<byte> publicKey
    ) =>
        AttestationCheck.Check(state.Terms, header, attestation, signature, publicKey).Refused is { } refused
            ? Verdict.Refuse(refused.Reason, refused.Message)
            : Verdict.Proceed;

    /// <summary>Checks everything.</summary>
    /// <param name="state">The run, as it is now.</param>
    /// <param name="header">What the node says.</param>
    /// <param name="attestation">Canonical attestation bytes.</param>
    /// <param name="signature">The node's signature over them.</param>
    /// <param name="publicKey">The node's key, DER SubjectPublicKeyInfo.</param>
    /// <param name="bytes">The update, from its first byte; null = not here.</param>
    public static Verdict Verify(
        RunState state,
        UpdateHeader header,
        ReadOnlySpan<byte> attestation,
        ReadOnlySpan<byte> signature,
        ReadOnlySpan<byte> publicKey,
        Stream? bytes
    )
    {
        Verdict verdict = CheckHeader(state, header);
        if (!verdict.GoesOn)
        {
            return verdict;
        }

        var (refused, claim) = AttestationCheck.Check(state.Terms, header, attestation, signature, publicKey);
        if (refused is not null)
        {
            return Verdict.Refuse(refused.Reason, refused.Message);
        }

        if (bytes is null)
        {
            return Verdict.Refuse(
                RejectionReason.BytesMissing,
                $"the bytes of {header.Digest} are not here; send them again"
            );
        }

        return ReadBytes(state.Terms, header, bytes, out var norm)
            ?? Verdict.Accept(
                new(
                    header.NodeId,
                    header.BaseVersion,
                    header.BaseDigest,
                    header.Digest,
                    header.Length,
                    // With central privacy no figure of a single update is written down.
                    state.Terms.Central
                        is null
                        ? norm
                        : 0,
                    state.Open!.Number,
                    claim!.LedgerSequence,
                    claim.LedgerHead,
                    claim.Metric
                )
            );
    }

    private static Verdict? RefusesRunOrNode(RunState state, string nodeId)
    {
        if (state.Phase.HasEnded())
        {
            return Verdict.Refuse(
                RejectionReason.RunEnded,
                $"the run is {state.Phase}; {state.Reason ?? "all versions are published"}"
            );
        }

        if (state.Phase is not (RunPhase.Running or RunPhase.Paused))
        {
            return Verdict.Refuse(
                RejectionReason.RunNotRunning,
                $"the run is in phase {state.Phase}; no version is open"
            );
        }

        if (!state.Members.TryGetValue(nodeId, out RunMember? member) || member.Standing == NodeStanding.Declined)
        {
            return Verdict.Refuse(
                RejectionReason.NodeNotAdmitted,
                $"node {nodeId} has not accepted this run's document"
            );
        }

        if (member.Standing == NodeStanding.Suspended)
        {
            return Verdict.Refuse(RejectionReason.NodeSuspended, $"node {nodeId} is suspended: {member.Reason}");
        }

        if (member.Standing == NodeStanding.Left)
        {
            return Verdict.Refuse(
                RejectionReason.NodeNotAdmitted,
                $"node {nodeId} had left after a long silence; check in first"
            );
        }

        return state.Open is { TakesUpdates: true }
            ? null
            : Verdict.Refuse(RejectionReason.VersionClosing, "the open version is being merged; try again in a moment");
    }

    private static Verdict? RefusesBase(RunState state, UpdateHeader header)
    {
        var latest = state.Latest!.Number;
        if (header.BaseVersion < 0 || header.BaseVersion > latest)
        {
            return Verdict.Refuse(
                RejectionReason.UnknownBaseVersion,
                $"baseVersion = {header.BaseVersion}; published are 0 … {latest}"
            );
        }

        PublishedVersion based = state.Published[(int)header.BaseVersion];
        if (based.Digest != header.BaseDigest)
        {
            return Verdict.Refuse(
                RejectionReason.OtherBaseDigest,
                $"baseDigest = {header.BaseDigest}; version {based.Number} is {based.Digest}"
            );
        }

        var oldest = state.Terms.OldestBase(latest);
        return header.BaseVersion >= oldest
            ? null
            : Verdict.Refuse(
                RejectionReason.BaseTooOld,
                $"baseVersion = {header.BaseVersion}; the oldest base still merged is {oldest}: check in for a newer one"
            );
    }

    private static Verdict? RefusesLength(RunTerms terms, UpdateHeader header)
    {
        var expected = AdapterBlob.ByteLength(terms.Layout.TrainedAt(header.BaseVersion), terms.UpdatePrecision);
        return header.Length == expected
            ? null
            : Verdict.Refuse(
                header.Length > expected ? RejectionReason.TooLarge : RejectionReason.TooSmall,
                $"length = {header.Length}; an update of this run has {expected} bytes"
            );
    }

    private static Verdict? ReadBytes(RunTerms terms, UpdateHeader header, Stream bytes, out double norm)
    {
        norm = 0;
        using var sha = SHA256.Create();
        using var hashed = new CryptoStream(bytes, sha, CryptoStreamMode.Read, leaveOpen: true);
        Verdict? malformed = null;
        double squares = 0;
        try
        {
            // With alternating factors an update holds the one that was trained from its base.
            AdapterLayout layout = terms.Layout.TrainedAt(header.BaseVersion);
            AdapterBlobReader reader = AdapterBlobReader.Open(hashed, layout, AdapterBlobKind.Update);
            RequirePrecision(reader, terms.UpdatePrecision);
            var block = new float[Math.Min(BlockLength, layout.Count)];
            int read;
            while ((read = reader.Read(block)) > 0)
            {
                squares += WeightedSum.SquaredNorm(block.AsSpan(0, read));
            }

            reader.RequireEnd();
        }
        catch (InvalidAdapterBlobException exception)
        {
            malformed = Verdict.Refuse(ReasonOf(exception.Fault), exception.Message);
        }

        // The rest belongs to the digest, so that damaged bytes are told from a wrong update.
        hashed.CopyTo(Stream.Null);
        var digest = Convert.ToHexStringLower(sha.Hash!);
        norm = Math.Sqrt(squares);
        return digest == header.Digest
            ? malformed
            : Verdict.Refuse(
                RejectionReason.DigestMismatch,
                $"the bytes have digest {digest}; the header says {header.Digest}"
            );
    }

    // Same length, other elements: possible where a layout is tiny.
    private static void RequirePrecision(AdapterBlobReader reader, BlobPrecision expected)
    {
        if (reader.Precision != expected)
        {
            throw new InvalidAdapterBlobException(
                AdapterBlobFault.UnsupportedElementType,
                $"the update is {reader.Precision}; the run asks for {expected}"
            );
        }
    }

    private static RejectionReason ReasonOf(AdapterBlobFault fault) =>
        fault switch
        {
            AdapterBlobFault.NotFinite => RejectionReason.NonFinite,
            AdapterBlobFault.OtherLayout => RejectionReason.OtherLayout,
            AdapterBlobFault.WrongLength => RejectionReason.OtherLayout,
            _ => RejectionReason.MalformedUpdate,
        };

    private static bool IsDigest(string digest) =>
        digest.Length == 64 && digest.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));
}
