using Federated.Adapters;
using Federated.Privacy.Accounting;
using Federated.Privacy.Mechanisms;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>Step 5: turns a noised update into the bytes that may be sent: durable, entered in the ledger, attested. See <see cref="UpdateSpool"/>.</summary>
internal sealed class Sealer(
    UpdateSpool spool,
    ClippingNorms norms,
    PrivacyLedger ledger,
    NodeIdentity identity,
    TimeProvider time
)
{
    /// <summary>Why an assignment must not be trained for; null when it may.</summary>
    public string? WhyNotTrain(ConsentedRun run, CheckInAnswer.Assignment assignment)
    {
        var entries = ledger.Entries.Where(entry => entry.ReservationId == run.ReservationId).ToList();
        var updates = entries.OfType<SealedEntry>().ToList();
        return updates.Any(entry => entry.BaseVersion == assignment.BaseVersion)
                ? "an update was sealed for it, and its bytes are gone; training again would average the noise away"
            : updates.Sum(entry => entry.StepsDone) + run.Document.Local.Steps > run.Plan.Steps
                ? "the reserved plan is used up"
            : run.Document.Metrics?.IsDue(assignment.BaseVersion) == true
            && updates.Sum(entry => entry.Metrics) >= (run.Plan.Metrics?.Releases ?? 0)
                ? "the reserved metrics are used up"
            : ledger.WhyOver(run.ReservationId) is { } over ? $"its plan {over}"
            : null;
    }

    /// <summary>Seals what training made.</summary>
    /// <param name="run">The run.</param>
    /// <param name="assignment">The base it was trained from.</param>
    /// <param name="layout">The layout of updates from that base.</param>
    /// <param name="delta">Δ = θ_after − θ_base, made of noisy gradients only.</param>
    /// <param name="metric">The noised metric of the base; null = none is due.</param>
    public SealedUpdate Seal(
        ConsentedRun run,
        CheckInAnswer.Assignment assignment,
        AdapterLayout layout,
        ReadOnlySpan<float> delta,
        AttestedMetric? metric = null
    )
    {
        // Rounding draws from its own secrets, after the noise; the bytes are sealed, so they are drawn once.
        using var random = new SecureRandomStream();
        var precision = BlobPrecisions.Parse(run.Document.Adapter.UpdateDtype);
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
                NextMaxGradNorm = norms.OfAttempt(run.Digest, assignment.BaseVersion),
                Metric = metric,
                SealedAt = time.GetUtcNow(),
            },
            UpdateBlob.Encode(layout, delta, precision, random.Fill)
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

        var entry = ledger.Seal(
            run.ReservationId,
            update.UpdateDigest,
            update.BaseVersion,
            update.StepsDone,
            update.Metric is null ? 0 : 1
        );
        norms.Keep(update);
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
            IsPrivate = run.Plan.IsPrivate,
            Metric = update.Metric,
        };
        return spool.Attest(update, attestation.Sign(identity));
    }

    /// <summary>What makes the noise of a run, as attestations and the ledger name it.</summary>
    public static string MechanismOf(PrivacySection privacy) =>
        privacy.Mechanism switch
        {
            "gaussian" when privacy.AdaptiveClipping is not null => Attestation.AdaptiveRoundedGaussian,
            "gaussian" => Attestation.RoundedGaussian,
            "test" => Attestation.TestGaussian,
            "none" => Attestation.NoMechanism,
            var other => throw new InvalidOperationException($"privacy.mechanism = {other} is unknown to this node"),
        };
}
