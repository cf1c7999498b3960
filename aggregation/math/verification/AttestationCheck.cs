using System.Buffers.Binary;
using Federated.Privacy.Accounting;

namespace Federated.Aggregation;

/// <summary>Whether a node's claim is its own, about this update, and what the run demands. A claim, not a proof that noise was added.</summary>
internal static class AttestationCheck
{
    internal static (Rejection? Refused, Attestation? Claim) Check(
        RunTerms terms,
        UpdateHeader header,
        ReadOnlySpan<byte> canonical,
        ReadOnlySpan<byte> signature,
        ReadOnlySpan<byte> publicKey
    )
    {
        SignedAttestation signed;
        try
        {
            var encoded = new byte[4 + canonical.Length + signature.Length];
            BinaryPrimitives.WriteInt32BigEndian(encoded, canonical.Length);
            canonical.CopyTo(encoded.AsSpan(4));
            signature.CopyTo(encoded.AsSpan(4 + canonical.Length));
            signed = SignedAttestation.Decode(encoded);
        }
        catch (FormatException exception)
        {
            return Refuse(RejectionReason.MalformedAttestation, exception.Message);
        }

        if (!signed.Verify(publicKey))
        {
            return Refuse(
                RejectionReason.BadAttestationSignature,
                $"the attestation is not signed by the key of node {header.NodeId}"
            );
        }

        Attestation claim = signed.Attestation;
        if (Differs(Subject(header, claim)) is { } other)
        {
            return Refuse(RejectionReason.AttestationOfOther, other);
        }

        if (terms.Mechanism.DemandsPrivacy && !claim.IsPrivate)
        {
            return Refuse(
                RejectionReason.NotPrivate,
                $"the attestation says mechanism '{claim.Mechanism}', not private; the run demands '{terms.Mechanism.Mechanism}'"
            );
        }

        return Differs(Mechanism(terms.Mechanism, claim)) is { } mismatch
                ? Refuse(RejectionReason.MechanismMismatch, mismatch)
            : Metric(terms.Mechanism.Metrics, claim) is { } metric ? Refuse(RejectionReason.MechanismMismatch, metric)
            : (null, claim);
    }

    // What was not asked for was not agreed to.
    private static string? Metric(MetricTerms? terms, Attestation claim)
    {
        var due = terms is not null && claim.BaseVersion % terms.Every == 0;
        return (due, claim.Metric) switch
        {
            (false, null) => null,
            (false, _) => $"attestation.metric is there, and none is due from version {claim.BaseVersion}",
            (true, null) => $"attestation.metric is missing; one is due from version {claim.BaseVersion}",
            (true, { } metric) => Differs([
                ("metric.noiseMultiplier", metric.NoiseMultiplier, terms!.NoiseMultiplier),
                ("metric.lossClip", metric.LossClip, terms.LossClip),
            ]),
        };
    }

    private static (string Field, object Claimed, object Expected)[] Subject(UpdateHeader header, Attestation claim) =>
        [
            ("nodeId", claim.NodeId.Value, header.NodeId),
            ("runDigest", claim.RunDigest, header.RunDigest),
            ("updateDigest", claim.UpdateDigest, header.Digest),
            ("baseVersion", claim.BaseVersion, header.BaseVersion),
            ("baseDigest", claim.BaseDigest, header.BaseDigest),
        ];

    private static (string Field, object Claimed, object Expected)[] Mechanism(
        MechanismTerms terms,
        Attestation claim
    ) =>
        [
            ("mechanism", claim.Mechanism, AttestedName(terms)),
            ("noiseMultiplier", claim.NoiseMultiplier, terms.NoiseMultiplier),
            ("maxGradNorm", claim.MaxGradNorm, terms.MaxGradNorm),
            ("expectedBatchSize", claim.ExpectedBatchSize, (double)terms.ExpectedBatchSize),
            ("steps", claim.Steps, (long)terms.Steps),
            ("unit", claim.Unit, terms.Unit),
            ("adjacency", claim.Adjacency, Attestation.AddOrRemoveOne),
        ];

    private static string AttestedName(MechanismTerms terms) =>
        terms.Mechanism switch
        {
            "gaussian" when terms.AdaptiveClipping => Attestation.AdaptiveRoundedGaussian,
            "gaussian" => Attestation.RoundedGaussian,
            "test" => Attestation.TestGaussian,
            "none" => Attestation.NoMechanism,
            var other => other,
        };

    private static string? Differs((string Field, object Claimed, object Expected)[] pairs)
    {
        foreach ((var field, var claimed, var expected) in pairs)
        {
            if (!claimed.Equals(expected))
            {
                return FormattableString.Invariant($"attestation.{field} = {claimed}; expected {expected}");
            }
        }

        return null;
    }

    private static (Rejection?, Attestation?) Refuse(RejectionReason reason, string message) =>
        (new(reason, message), null);
}
