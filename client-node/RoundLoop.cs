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
///                its ledger's highest known head: not held here → stop
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
/// trained on again; a kill before the seal goes on at the last noisy step that was kept (<see cref="AttemptFile"/>), and draws what was lost
/// afresh, since nobody has seen the first draw.
/// </remarks>
internal sealed class RoundLoop(
    CheckIns checkIns,
    RunConsent consent,
    AdapterDownload download,
    ILocalTraining training,
    UpdateSpool spool,
    Sealer sealer,
    SealedDelivery delivery,
    RunReports reports,
    HeldOutReports judge,
    ILogger log
)
{
    private readonly HashSet<string> _ended = [];
    private readonly HashSet<CheckInAnswer.Assignment> _diverged = [];

    /// <summary>Works until stopped, or until its runs have ended or one was declined.</summary>
    /// <param name="untilEnded">True: return when all accepted runs are over, or when one was declined.</param>
    /// <param name="cancellation">The owner stops the node: nothing is lost, the next start goes on.</param>
    /// <exception cref="OperationCanceledException">The owner stopped the node.</exception>
    /// <exception cref="NodeRefusedException">The silo does not work with this node, and asking again is of no use. No other refusal ends the node.</exception>
    /// <exception cref="LedgerRolledBackException">An older ledger was put back: the silo, or an anchor, knows a head that it does not hold.</exception>
    public async Task<LoopEnd> RunAsync(bool untilEnded, CancellationToken cancellation)
    {
        await delivery.ResumeAsync(cancellation);
        while (true)
        {
            switch (await checkIns.NextAsync(cancellation))
            {
                case CheckInAnswer.Offer offer:
                    if (!await AnsweredAsync(consent.AnswerAsync(offer, cancellation), cancellation) && IsDone())
                    {
                        return LoopEnd.Declined;
                    }

                    break;

                case CheckInAnswer.Assignment assignment:
                    await WorkAsync(assignment, cancellation);
                    break;

                case CheckInAnswer.Wait wait:
                    await checkIns.WaitAsync(wait, cancellation);
                    break;

                case CheckInAnswer.Ended ended:
                    if (await FinishAsync(ended, cancellation) && IsDone())
                    {
                        return ended.Outcome == "completed" ? LoopEnd.Completed : LoopEnd.Failed;
                    }

                    break;

                case CheckInAnswer.Refused refused:
                    await checkIns.WaitAsync(CheckIns.LongestHold, refused.Message, cancellation);
                    break;
            }

            if (!await AnsweredAsync(consent.AnswerApprovedAsync(cancellation), cancellation) && IsDone())
            {
                return LoopEnd.Declined;
            }
        }

        bool IsDone() => untilEnded && !consent.HasOpenRuns;
    }

    /// <summary>An answer to an offer; true as well when the silo does not take the answer, or its offer makes no sense.</summary>
    private async Task<bool> AnsweredAsync(Task<bool> answer, CancellationToken cancellation)
    {
        try
        {
            return await answer;
        }
        catch (SiloRefusedException error)
        {
            log.Error("no answer to an offer: {Reason}", error.Message);
            await checkIns.WaitAsync(CheckIns.LongestHold, "", cancellation);
            return true;
        }
    }

    /// <summary>One assignment, steps 0–6.</summary>
    private async Task WorkAsync(CheckInAnswer.Assignment assignment, CancellationToken cancellation)
    {
        // :: (0) only for a document that the owner has agreed to and whose plan is reserved
        if (consent.Find(assignment.RunDigest) is not { } run)
        {
            await consent.DeclineLeftAsync(assignment.RunDigest, cancellation);
            await RefuseAsync(assignment, "the owner has not agreed to the run", cancellation);
            return;
        }

        await using var beats = delivery.Beat(run, assignment.BaseVersion, cancellation);
        try
        {
            if (spool.Find(run.Digest, assignment.Epoch, assignment.BaseVersion) is { } earlier)
            {
                if (earlier.BaseDigest != assignment.BaseDigest)
                {
                    await RefuseAsync(assignment, "the version comes with another digest than before", beats.Work);
                    return;
                }

                // The silo has lost its receipt, or never had the bytes: they are sent again, and never made again.
                await delivery.SendAsync(run, sealer.Complete(run, earlier), resume: true, beats);
                return;
            }

            if (_diverged.Contains(assignment))
            {
                // Another attempt would draw its noise and be thrown away like the first.
                await RefuseAsync(assignment, "training from it left the range of numbers before", beats.Work);
                return;
            }

            if (sealer.WhyNotTrain(run, assignment) is { } reason)
            {
                await RefuseAsync(assignment, reason, beats.Work);
                return;
            }

            // :: (1)–(4)
            var (layout, delta, metric) = await TrainAsync(run, assignment, beats);

            // :: (5)
            beats.Progress = beats.Progress with
            {
                Phase = NodePhase.Sealing,
            };
            var update = sealer.Seal(run, assignment, layout.TrainedAt(assignment.BaseVersion), delta, metric);
            training.Forget(run);

            // :: (6)
            await delivery.SendAsync(run, update, resume: false, beats);
        }
        catch (OperationCanceledException) when (beats.IsCancelledBySilo)
        {
            log.Information("run {Run}: the silo has cancelled it; nothing more is sent", run.Name);
            await checkIns.WaitAsync(CheckIns.ShortHold, "", cancellation); // it may give the same work again at once
        }
        catch (NonFiniteUpdateException error)
        {
            _diverged.Add(assignment);
            training.Forget(run);
            await RefuseAsync(assignment, error.Message, cancellation);
        }
        catch (Exception error) when (CallFault.ConcernsOneCall(error))
        {
            await RefuseAsync(assignment, error.Message, cancellation);
        }
    }

    /// <summary>Steps 1–4: the base version in, Δ out, and its noised metric where one is due.</summary>
    private async Task<(AdapterLayout Layout, float[] Delta, AttestedMetric? Metric)> TrainAsync(
        ConsentedRun run,
        CheckInAnswer.Assignment assignment,
        Heartbeats beats
    )
    {
        beats.Progress = beats.Progress with { Phase = NodePhase.Downloading };
        var layout = await LayoutAsync(run, beats.Work);
        var version = assignment.BaseVersion;
        var content = await download.FetchAsync(run, assignment.Base, layout, beats.Work);
        reports.Change(run, report => report with { Version = Math.Max(report.Version, version) });
        await judge.VersionAsync(run, version, content, beats.Work);

        beats.Progress = reports.Shown(run, beats.Progress with { Phase = NodePhase.Training });
        log.Information("run {Run}: training from version {Version}", run.Name, version);
        var clock = Stopwatch.StartNew();
        var delta = await training.TrainAsync(
            run,
            new TrainingBase(assignment.Epoch, version, assignment.BaseDigest, content),
            step => beats.Progress = beats.Progress with { Step = step },
            beats.Work
        );
        reports.Change(
            run,
            report => report with { TrainingSeconds = report.TrainingSeconds + clock.Elapsed.TotalSeconds }
        );
        var metric =
            run.Document.Metrics?.IsDue(version) == true
                ? await training.ReleaseMetricAsync(run, content, beats.Work)
                : null;
        return (layout, delta, metric);
    }

    /// <summary>A run is over: judge the base model and the final version on the held-out records.</summary>
    /// <returns>False when this node had no part in the run, or has heard of its end before.</returns>
    private async Task<bool> FinishAsync(CheckInAnswer.Ended ended, CancellationToken cancellation)
    {
        if (!_ended.Add(ended.RunDigest))
        {
            await checkIns.WaitAsync(CheckIns.ShortHold, "for the next run", cancellation);
            return false;
        }

        consent.End(ended.RunDigest, ended.Outcome);
        if (consent.Find(ended.RunDigest) is not { } run)
        {
            await checkIns.WaitAsync(CheckIns.ShortHold, "", cancellation); // a silo may name any number of them
            return false;
        }

        var reason = ended.Reason.Length == 0 ? "" : $", {ended.Reason}";
        log.Information("run {Run} has ended: {Outcome}{Reason}", run.Name, ended.Outcome, reason);
        training.Forget(run); // a kill behind the last seal leaves its attempt
        if (ended.Final is { } final)
        {
            await JudgeFinalAsync(run, final, cancellation);
        }

        reports.Change(run, report => report with { Outcome = ended.Outcome });
        delivery.Prune(run);
        return true;
    }

    private async Task JudgeFinalAsync(ConsentedRun run, PublishedVersion final, CancellationToken cancellation)
    {
        AdapterLayout layout;
        VersionContent content;
        try
        {
            layout = await LayoutAsync(run, cancellation);
            content = await download.FetchAsync(run, final, layout, cancellation);
        }
        catch (Exception error) when (CallFault.ConcernsOneCall(error))
        {
            log.Error("run {Run}: the final version cannot be judged here: {Reason}", run.Name, error.Message);
            return;
        }

        await judge.FinalAsync(run, final.Number, content, cancellation);
    }

    private async Task<AdapterLayout> LayoutAsync(ConsentedRun run, CancellationToken cancellation)
    {
        await download.InitialFactorsAsync(run, cancellation);
        return await training.LayoutAsync(run, cancellation);
    }

    private async Task RefuseAsync(CheckInAnswer.Assignment assignment, string reason, CancellationToken cancellation)
    {
        log.Error(
            "run {Run}: no update from version {Version}: {Reason}",
            assignment.RunName,
            assignment.BaseVersion,
            reason
        );
        await checkIns.WaitAsync(CheckIns.LongestHold, "", cancellation);
    }
}
