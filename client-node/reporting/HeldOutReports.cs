using System.Diagnostics;
using Serilog;

namespace Federated.ClientNode;

/// <summary>Judges versions on the held-out records and keeps the losses in the local report. Nothing of it is sent.</summary>
internal sealed class HeldOutReports(ILocalTraining training, RunReports reports, bool everyVersion, ILogger log)
{
    /// <summary>Judges a version that is about to be trained from, when every version was asked for.</summary>
    public async Task VersionAsync(
        ConsentedRun run,
        long version,
        VersionContent content,
        CancellationToken cancellation
    )
    {
        if (!everyVersion || reports.Of(run).Versions.ContainsKey(version))
        {
            return;
        }

        var clock = Stopwatch.StartNew();
        var loss = await training.EvaluateAsync(run, content, cancellation);
        reports.Change(
            run,
            report =>
                report with
                {
                    Versions = new Dictionary<long, Federated.Adapters.HeldOutLoss>(report.Versions)
                    {
                        [version] = loss,
                    },
                    EvaluationSeconds = report.EvaluationSeconds + clock.Elapsed.TotalSeconds,
                }
        );
    }

    /// <summary>Judges the base model and the final version, once.</summary>
    public async Task FinalAsync(ConsentedRun run, long version, VersionContent content, CancellationToken cancellation)
    {
        if (reports.Of(run).After is not null)
        {
            return;
        }

        var clock = Stopwatch.StartNew();
        var before = await training.EvaluateAsync(run, null, cancellation);
        var after = await training.EvaluateAsync(run, content, cancellation);
        reports.Change(
            run,
            report =>
                report with
                {
                    Version = version,
                    Before = before,
                    After = after,
                    EvaluationSeconds = report.EvaluationSeconds + clock.Elapsed.TotalSeconds,
                }
        );
        log.Information(
            "run {Run}: held-out records, on this machine only: {Change:l}",
            run.Name,
            HeldOutWords.Change(before, after)
        );
    }
}
