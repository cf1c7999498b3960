using System.Diagnostics;
using Federated.Adapters;
using Federated.Privacy.Accounting;
using Serilog;

namespace Federated.ClientNode;

/// <summary>What a node does, from "is there work?" to the receipt. Read this file first.</summary>
/// <remarks>
/// <code>
///   NODE (the owner's trust zone)                                      SILO (sees only noised values)
///
///   RunAsync     ── is there work? ───────────────────────────────────▶ check-in, held up to 30 s
///                ◀── an offer | an assignment | wait | a run has ended ─
///
///   (0) afford   OwnerPolicy, ledger: the whole plan is reserved and fsynced before a record is touched
///                ── the owner's yes or no, by digest ─────────────────▶
///                ◀── the base version's bytes, checked by digest ──────
///       per local step, on the training thread (PrivateTrainer):
///   (1) sample   Poisson, q fixed at consent        → batch
///   (2) gradient per example                        → [B, d]
///   (3) clip     joint L2                           → ClippedSum
///   (4) noise    Gaussian, rounded to a public grid → NoisyGradient; optimizer step
///   (5) seal     final bytes, then ledger, then attestation (UpdateSpool says why in this order)
///   (6) upload   ── always the same bytes, until it is answered ──────▶ verify, accept, count once
///                ◀── a signed receipt ─────────────────────────────────
/// </code>
/// A repeated call never re-enters steps 1–5: <see cref="Resilience"/> wraps downloads and uploads alone. A base that was sealed is never
/// trained on again; a kill before the seal starts the attempt afresh, with fresh noise, since nobody has seen the first one.
/// </remarks>
internal sealed class RoundLoop(
    ISiloConnection silo,
    Resilience resilience,
    RunConsent consent,
    AdapterDownload download,
    ILocalTraining training,
    UpdateSpool spool,
    Sealer sealer,
    PrivacyLedger ledger,
    ReceiptCheck receipts,
    RunReports reports,
    NodeSettings settings,
    bool reportEveryVersion,
    TimeProvider time,
    ILogger log
)
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HoldWhileOwnerDecides = TimeSpan.FromSeconds(3);
    private readonly HashSet<string> _ended = [];
    private string _lastWait = "";

    /// <summary>Works until stopped, or until a run has ended or was declined.</summary>
    /// <param name="untilEnded">True: return at the first run that is over or that the policy has declined.</param>
    /// <param name="cancellation">The owner stops the node: nothing is lost, the next start goes on.</param>
    /// <exception cref="OperationCanceledException">The owner stopped the node.</exception>
    /// <exception cref="SiloRefusedException">The silo does not want this node.</exception>
    public async Task<LoopEnd> RunAsync(bool untilEnded, CancellationToken cancellation)
    {
        await ResumeAsync(cancellation);
        while (true)
        {
            switch (await CheckInAsync(cancellation))
            {
                case CheckInAnswer.Offer offer:
                    if (!await consent.AnswerAsync(offer, cancellation) && untilEnded)
                    {
                        return LoopEnd.Declined;
                    }

                    break;

                case CheckInAnswer.Assignment assignment:
                    await WorkAsync(assignment, cancellation);
                    break;

                case CheckInAnswer.Wait wait:
                    await WaitAsync(wait.RetryAfter, wait.Reason, cancellation);
                    break;

                case CheckInAnswer.Ended ended:
                    if (await FinishAsync(ended, cancellation) && untilEnded)
                    {
                        return ended.Outcome == "completed" ? LoopEnd.Completed : LoopEnd.Failed;
                    }

                    break;

                case CheckInAnswer.Refused { MayRetry: true } refused:
                    await WaitAsync(LongestHold, refused.Message, cancellation);
                    break;

                case CheckInAnswer.Refused refused:
                    throw new SiloRefusedException($"{refused.Reason}: {refused.Message}");
            }
        }
    }

    /// <summary>After a restart: what was sealed is sent, in the same bytes; nothing is trained for it again.</summary>
    private async Task ResumeAsync(CancellationToken cancellation)
    {
        foreach (var update in spool.All())
        {
            if (consent.Find(update.RunDigest) is not { } run)
            {
                log.Warning(
                    "the spool holds an update of run {Run}, which the ledger does not know: it stays here",
                    update.RunDigest
                );
                continue;
            }

            if (spool.ReceiptOf(update) is { } receipt)
            {
                sealer.Acknowledge(run, update, receipt);
                Prune(run, update);
            }
            else if (!update.IsAnswered)
            {
                log.Information(
                    "run {Run}: sending the update sealed for version {Version}",
                    run.Name,
                    update.BaseVersion
                );
                await using var beats = Beat(run, update.BaseVersion, cancellation);
                await UploadAsync(run, sealer.Complete(run, update), resume: true, beats);
            }
        }
    }

    private async Task<CheckInAnswer> CheckInAsync(CancellationToken cancellation)
    {
        var hold = consent.AwaitsOwner ? HoldWhileOwnerDecides : LongestHold;
        return await resilience.Call.ExecuteAsync(
            async token => await silo.CheckInAsync(ledger.Head, hold, consent.NotToBeOffered, token),
            cancellation
        );
    }

    /// <summary>One assignment, steps 0–6.</summary>
    private async Task WorkAsync(CheckInAnswer.Assignment assignment, CancellationToken cancellation)
    {
        // :: (0) only for a document that the owner has agreed to and whose plan is reserved
        if (consent.Find(assignment.RunDigest) is not { } run)
        {
            log.Error("the silo assigns run {Run}, to which the owner has not agreed: refused", assignment.RunDigest);
            await WaitAsync(LongestHold, "refused an assignment", cancellation);
            return;
        }

        await using var beats = Beat(run, assignment.BaseVersion, cancellation);
        try
        {
            var update = spool.Find(run.Digest, assignment.Epoch, assignment.BaseVersion);
            if (update is null)
            {
                if (WhyNotTrain(run, assignment) is { } reason)
                {
                    log.Error(
                        "run {Run}: no update from version {Version}: {Reason}",
                        run.Name,
                        assignment.BaseVersion,
                        reason
                    );
                    await WaitAsync(LongestHold, reason, cancellation);
                    return;
                }

                var (layout, delta) = await TrainAsync(run, assignment, beats);

                // :: (5) seal
                beats.Progress = beats.Progress with
                {
                    Phase = NodePhase.Sealing,
                };
                update = sealer.Seal(run, assignment, layout, delta);
                _ = reports.Change(run, report => report);
                beats.Progress = Shown(run, beats.Progress);
            }
            else if (update.BaseDigest != assignment.BaseDigest)
            {
                log.Error(
                    "run {Run}: the silo offers version {Version} with another digest than before: refused",
                    run.Name,
                    assignment.BaseVersion
                );
                await WaitAsync(LongestHold, "refused an assignment", cancellation);
                return;
            }
            else
            {
                // Sealed before: the silo has lost its receipt, or never had the bytes.
                update = sealer.Complete(run, update);
            }

            // :: (6) upload
            await UploadAsync(run, update, resume: false, beats);
        }
        catch (OperationCanceledException) when (beats.IsCancelledBySilo)
        {
            log.Information("run {Run}: cancelled by the silo; nothing of this attempt left the machine", run.Name);
        }
    }

    /// <summary>Steps 1–4: the base version in, Δ out.</summary>
    private async Task<(AdapterLayout Layout, float[] Delta)> TrainAsync(
        ConsentedRun run,
        CheckInAnswer.Assignment assignment,
        Heartbeats beats
    )
    {
        beats.Progress = beats.Progress with { Phase = NodePhase.Downloading };
        var layout = await training.LayoutAsync(run, beats.Work);
        var values = await FetchAsync(run, assignment.BaseVersion, assignment.BaseDigest, layout, beats.Work);
        if (reportEveryVersion)
        {
            await EvaluateAsync(run, assignment.BaseVersion, values, beats.Work);
        }

        beats.Progress = Shown(run, beats.Progress with { Phase = NodePhase.Training });
        var clock = Stopwatch.StartNew();
        var delta = await training.TrainAsync(
            run,
            assignment.BaseVersion,
            values,
            step => beats.Progress = beats.Progress with { Step = step },
            beats.Work
        );
        _ = reports.Change(
            run,
            report =>
                report with
                {
                    Version = Math.Max(report.Version, assignment.BaseVersion),
                    TrainingSeconds = report.TrainingSeconds + clock.Elapsed.TotalSeconds,
                }
        );
        return (layout, delta);
    }

    /// <summary>Step 6: the same bytes until the silo has answered; a receipt counts only from the pinned silo.</summary>
    private async Task UploadAsync(ConsentedRun run, SealedUpdate update, bool resume, Heartbeats beats)
    {
        beats.Progress = beats.Progress with { Phase = NodePhase.Uploading, Step = (int)update.StepsDone };
        long sent = 0;
        var again = resume;
        var answer = await resilience.Transfer.ExecuteAsync(
            async token =>
            {
                var resumed = again;
                again = true; // the next attempt asks first how far this one came
                var attempt = await silo.UploadAsync(update, resumed, bytes => sent += bytes, token);
                if (attempt is UploadAnswer.Refused { MayRetry: true } later)
                {
                    throw new SiloUnreachableException($"the silo cannot take the update now: {later.Message}");
                }

                if (attempt is UploadAnswer.Accepted accepted && receipts.Fault(update, accepted.Receipt) is { } fault)
                {
                    throw new SiloRefusedException(
                        $"the receipt for version {update.BaseVersion} {fault}: the update stays sealed"
                    );
                }

                return attempt;
            },
            beats.Work
        );

        switch (answer)
        {
            case UploadAnswer.Accepted accepted:
                sealer.Acknowledge(run, update, accepted.Receipt);
                log.Information(
                    "run {Run}: update from version {Version} accepted into version {Into}",
                    run.Name,
                    update.BaseVersion,
                    accepted.Receipt.Receipt.AcceptedInto
                );
                break;
            case UploadAnswer.Refused refused:
                spool.Refuse(update, refused);
                log.Warning(
                    "run {Run}: update from version {Version} refused ({Reason}): {Message}",
                    run.Name,
                    update.BaseVersion,
                    refused.Reason,
                    refused.Message
                );
                break;
        }

        var isNew = answer is UploadAnswer.Accepted ? 1 : 0;
        _ = reports.Change(
            run,
            report => report with { BytesSent = report.BytesSent + sent, Updates = report.Updates + isNew }
        );
        beats.Progress = Shown(run, beats.Progress with { Phase = NodePhase.Waiting });
    }

    /// <summary>A run is over: judge the base and the final version on the held-out records, once.</summary>
    /// <returns>False when this node had no part in the run, or has finished it before.</returns>
    private async Task<bool> FinishAsync(CheckInAnswer.Ended ended, CancellationToken cancellation)
    {
        if (!_ended.Add(ended.RunDigest))
        {
            await WaitAsync(HoldWhileOwnerDecides, "the run is over", cancellation);
            return false;
        }

        consent.End(ended.RunDigest, ended.Outcome);
        if (consent.Find(ended.RunDigest) is not { } run)
        {
            return false;
        }

        log.Information("run {Run} has ended: {Outcome} {Reason}", run.Name, ended.Outcome, ended.Reason);
        if (ended.FinalDigest.Length > 0 && reports.Of(run).After is null)
        {
            var layout = await training.LayoutAsync(run, cancellation);
            var values = await FetchAsync(run, ended.FinalVersion, ended.FinalDigest, layout, cancellation);
            var clock = Stopwatch.StartNew();
            var before = await training.EvaluateAsync(run, null, cancellation);
            var after = await training.EvaluateAsync(run, values, cancellation);
            _ = reports.Change(
                run,
                report =>
                    report with
                    {
                        Version = ended.FinalVersion,
                        Before = before,
                        After = after,
                        EvaluationSeconds = report.EvaluationSeconds + clock.Elapsed.TotalSeconds,
                    }
            );
        }

        var done = reports.Change(run, report => report with { Outcome = ended.Outcome });
        if (done is { Before: { } first, After: { } last })
        {
            log.Information(
                "run {Run}: held-out loss {Before:F4} → {After:F4} nats per token, on this machine only",
                run.Name,
                first.NatsPerToken,
                last.NatsPerToken
            );
        }

        return true;
    }

    private async Task<float[]> FetchAsync(
        ConsentedRun run,
        long version,
        string digest,
        AdapterLayout layout,
        CancellationToken cancellation
    ) =>
        await download.FetchAsync(
            run.Digest,
            version,
            digest,
            layout,
            bytes => reports.Change(run, report => report with { BytesReceived = report.BytesReceived + bytes }),
            cancellation
        );

    private async Task EvaluateAsync(ConsentedRun run, long version, float[] values, CancellationToken cancellation)
    {
        if (reports.Of(run).Versions.ContainsKey(version))
        {
            return;
        }

        var clock = Stopwatch.StartNew();
        var loss = await training.EvaluateAsync(run, values, cancellation);
        _ = reports.Change(
            run,
            report =>
                report with
                {
                    Versions = new Dictionary<long, HeldOutLoss>(report.Versions) { [version] = loss },
                    EvaluationSeconds = report.EvaluationSeconds + clock.Elapsed.TotalSeconds,
                }
        );
    }

    private string? WhyNotTrain(ConsentedRun run, CheckInAnswer.Assignment assignment)
    {
        var isSealed = ledger
            .Entries.OfType<SealedEntry>()
            .Any(entry => entry.ReservationId == run.ReservationId && entry.BaseVersion == assignment.BaseVersion);
        return isSealed
                ? "an update was sealed for it, and its bytes are gone; training again would average the noise away"
            : consent.StepsSealed(run.ReservationId) + run.Document.Local.Steps > run.Plan.Steps
                ? "the reserved plan is used up"
            : null;
    }

    private Heartbeats Beat(ConsentedRun run, long baseVersion, CancellationToken stopped) =>
        new(
            silo,
            Shown(
                run,
                new NodeProgress
                {
                    RunDigest = run.Digest,
                    BaseVersion = baseVersion,
                    Steps = run.Document.Local.Steps,
                }
            ),
            time,
            log,
            stopped
        );

    /// <summary>Bytes from the report, and the ledger's numbers where the owner shows them.</summary>
    private NodeProgress Shown(ConsentedRun run, NodeProgress progress)
    {
        var report = reports.Of(run);
        var shows = settings.Policy.ShowEpsilon && run.Plan.IsPrivate;
        return progress with
        {
            BytesSent = report.BytesSent,
            BytesReceived = report.BytesReceived,
            EpsilonReserved = shows ? run.Epsilon : 0,
            EpsilonBudget = shows ? settings.Source.Epsilon : 0,
            EpsilonOfStepsDone = shows ? run.EpsilonOf(consent.StepsSealed(run.ReservationId)) : 0,
        };
    }

    private void Prune(ConsentedRun run, SealedUpdate update)
    {
        if (
            reports.Of(run).Version > update.BaseVersion
            && time.GetUtcNow() - update.SealedAt > run.Document.Retention.Updates
        )
        {
            spool.Remove(update);
        }
    }

    private async Task WaitAsync(TimeSpan delay, string reason, CancellationToken cancellation)
    {
        if (reason != _lastWait && reason.Length > 0)
        {
            log.Information("waiting: {Reason}", reason);
            _lastWait = reason;
        }

        await Task.Delay(delay < LongestHold ? delay : LongestHold, time, cancellation);
    }
}
