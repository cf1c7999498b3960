using Serilog;

namespace Federated.ClientNode;

/// <summary>Brings sealed updates to the silo, after a restart as well, and removes what nobody can ask for any more.</summary>
internal sealed class SealedDelivery(
    ISiloConnection silo,
    RunConsent consent,
    UpdateSpool spool,
    Sealer sealer,
    UpdateSender sender,
    RunReports reports,
    TimeProvider time,
    ILogger log
)
{
    /// <summary>After a restart: what was sealed is sent, in the same bytes; what nobody can ask for any more is removed.</summary>
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        List<(ConsentedRun Run, SealedUpdate Update)> known = [];
        foreach (var update in spool.All(why => log.Warning("skipped, since the silo has taken it: {Why}", why)))
        {
            if (consent.Find(update.RunDigest) is not { } run)
            {
                log.Warning(
                    "the spool holds an update of run {Run}, which is not in the ledger for this source: kept",
                    update.RunDigest
                );
                continue;
            }

            known.Add((run, update));
            if (spool.ReceiptOf(update) is { } receipt)
            {
                sender.Release(run, update, receipt);
            }
        }

        foreach (var (run, update) in known.Where(of => !of.Update.IsAnswered))
        {
            await ResumeAsync(run, update, cancellation);
        }

        foreach (var run in known.Select(of => of.Run).Distinct())
        {
            Prune(run);
        }
    }

    private async Task ResumeAsync(ConsentedRun run, SealedUpdate update, CancellationToken cancellation)
    {
        if (!Directory.Exists(update.Folder))
        {
            return; // the answer to another has made it too old
        }

        log.Information("run {Run}: sending the update from version {Version}", run.Name, update.BaseVersion);
        await using var beats = Beat(run, update.BaseVersion, cancellation);
        try
        {
            await SendAsync(run, sealer.Complete(run, update), resume: true, beats);
        }
        catch (OperationCanceledException) when (beats.IsCancelledBySilo)
        {
            log.Information("run {Run}: the silo has cancelled it; nothing more is sent", run.Name);
        }
        catch (Exception error) when (CallFault.ConcernsOneCall(error))
        {
            log.Error(
                "run {Run}: the update from version {Version} stays sealed: {Reason}",
                run.Name,
                update.BaseVersion,
                error.Message
            );
        }
    }

    /// <summary>Step 6, with the report that goes with it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="update">Sealed and attested.</param>
    /// <param name="resume">True: the silo may hold some of the bytes already.</param>
    /// <param name="beats">Told the phase; its answers stop the sending.</param>
    public async Task SendAsync(ConsentedRun run, SealedUpdate update, bool resume, Heartbeats beats)
    {
        beats.Progress = reports.Shown(
            run,
            beats.Progress with
            {
                Phase = NodePhase.Uploading,
                Step = (int)update.StepsDone,
            }
        );
        long sent = 0;
        var accepted = await sender.SendAsync(run, update, resume, bytes => sent += bytes, beats.Work);
        reports.Change(
            run,
            report =>
                report with
                {
                    BytesSent = report.BytesSent + sent,
                    Updates = report.Updates + (accepted && !update.IsAnswered ? 1 : 0),
                }
        );
        beats.Progress = reports.Shown(run, beats.Progress with { Phase = NodePhase.Waiting });
        Prune(run);
        if (!accepted)
        {
            // The silo may ask for the same base again at once, and would get the same bytes and give the same answer.
            await Task.Delay(update.IsAnswered ? CheckIns.LongestHold : CheckIns.ShortHold, time, beats.Work);
        }
    }

    /// <summary>Removes what nobody can ask for any more: after an answer once a newer version is out, and everything of a run that is over.</summary>
    public void Prune(ConsentedRun run)
    {
        var oldest = time.GetUtcNow() - run.Document.Retention.Updates;
        var isRunOver = consent.IsOver(run.Digest);
        spool.Prune(
            run.Digest,
            update =>
                update.SealedAt < oldest
                && (isRunOver || (update.IsAnswered && reports.Of(run).Version > update.BaseVersion))
        );
    }

    /// <summary>Heartbeats about one update, until they are disposed.</summary>
    public Heartbeats Beat(ConsentedRun run, long baseVersion, CancellationToken stopped)
    {
        var progress = new NodeProgress
        {
            RunDigest = run.Digest,
            BaseVersion = baseVersion,
            Steps = run.Document.Local.Steps,
        };
        return new Heartbeats(silo, reports.Shown(run, progress), time, log, stopped);
    }
}
