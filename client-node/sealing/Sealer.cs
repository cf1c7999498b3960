using System.Text.Json;
using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>Turns a noised update into the bytes that may be sent: durable, entered in the ledger, attested. See <see cref="UpdateSpool"/>.</summary>
internal sealed class Sealer(UpdateSpool spool, PrivacyLedger ledger, NodeIdentity identity, TimeProvider time)
{
    /// <summary>(5) Seals what training made.</summary>
    /// <param name="run">The run.</param>
    /// <param name="assignment">The base it was trained from.</param>
    /// <param name="layout">The adapter's layout.</param>
    /// <param name="delta">Δ = θ_after − θ_base, made of noisy gradients only.</param>
    public SealedUpdate Seal(
        ConsentedRun run,
        CheckInAnswer.Assignment assignment,
        AdapterLayout layout,
        ReadOnlySpan<float> delta
    )
    {
        var update = spool.Put(
            new SealedUpdate
            {
                RunDigest = run.Digest,
                Epoch = assignment.Epoch,
                BaseVersion = assignment.BaseVersion,
                BaseDigest = assignment.BaseDigest,
                UpdateDigest = "",
                Length = 0,
                StepsDone = run.Document.Local.Steps,
                SealedAt = time.GetUtcNow(),
            },
            AdapterBlob.Encode(AdapterBlobKind.Update, layout, delta)
        );
        return Complete(run, update);
    }

    /// <summary>Does what a kill may have left undone between bytes and attestation; nothing when all is done.</summary>
    /// <exception cref="LedgerException">The ledger does not agree: nothing may be sent.</exception>
    public SealedUpdate Complete(ConsentedRun run, SealedUpdate update)
    {
        if (update.Attestation is not null)
        {
            return update;
        }

        var entry = ledger.Seal(run.ReservationId, update.UpdateDigest, update.BaseVersion, update.StepsDone);
        var privacy = run.Document.Privacy;
        var attestation = new Attestation
        {
            NodeId = identity.Id,
            RunDigest = update.RunDigest,
            UpdateDigest = update.UpdateDigest,
            BaseVersion = update.BaseVersion,
            BaseDigest = update.BaseDigest,
            Mechanism = MechanismOf(privacy),
            NoiseMultiplier = privacy.NoiseMultiplier,
            MaxGradNorm = privacy.MaxGradNorm,
            ExpectedBatchSize = privacy.ExpectedBatchSize,
            Steps = update.StepsDone,
            Unit = privacy.Unit,
            LedgerSequence = entry.Sequence,
            LedgerHead = entry.Hash,
            IsPrivate = privacy.Mechanism == "gaussian",
        };
        return spool.Attest(update, attestation.Sign(identity));
    }

    /// <summary>Keeps the silo's receipt, in the spool and in the ledger. Repeating it is harmless.</summary>
    public SealedUpdate Acknowledge(ConsentedRun run, SealedUpdate update, SignedReceipt receipt)
    {
        var acknowledged = spool.Acknowledge(update, receipt);
        ledger.Release(run.ReservationId, update.UpdateDigest, JsonSerializer.Serialize(receipt, NodeJson.OneLine));
        return acknowledged;
    }

    private static string MechanismOf(PrivacySection privacy) =>
        privacy.Mechanism switch
        {
            "gaussian" => Attestation.RoundedGaussian,
            "test" => Attestation.TestGaussian,
            "none" => Attestation.NoMechanism,
            var other => throw new InvalidOperationException($"privacy.mechanism = {other} is unknown to this node"),
        };
}
