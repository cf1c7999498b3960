namespace Federated.ClientNode;

/// <summary>The local reports of a node's runs, kept up to date on disk.</summary>
internal sealed class RunReports(NodeHome home, NodeSettings settings, RunConsent consent, TimeProvider time)
{
    private readonly Dictionary<string, LocalReport> _reports = [];

    /// <summary>The report of a run, started when there is none.</summary>
    public LocalReport Of(ConsentedRun run) =>
        _reports.TryGetValue(run.Digest, out var known)
            ? known
            : _reports[run.Digest] =
                LocalReport.Read(home.ReportFile(run.Digest))
                ?? new LocalReport
                {
                    RunDigest = run.Digest,
                    RunName = run.Name,
                    IsPrivate = run.Plan.IsPrivate,
                    EpsilonReserved = Finite(run.Epsilon),
                    EpsilonOfStepsDone = run.Plan.IsPrivate ? 0 : null,
                    EpsilonBudget = settings.Source.Epsilon,
                    Delta = run.Delta,
                    StartedAt = time.GetUtcNow(),
                };

    /// <summary>Changes the report of a run and writes it.</summary>
    public void Change(ConsentedRun run, Func<LocalReport, LocalReport> change)
    {
        var changed = change(Of(run));
        var steps = consent.StepsSealed(run.ReservationId);
        if (steps != changed.StepsDone)
        {
            changed = changed with { StepsDone = steps, EpsilonOfStepsDone = Finite(run.EpsilonOf(steps)) };
        }

        changed = changed with { EpsilonBudget = settings.Source.Epsilon, UpdatedAt = time.GetUtcNow() };
        _reports[run.Digest] = changed;
        changed.Write(home.ReportFile(run.Digest));
    }

    /// <summary>What a heartbeat may say about bytes and ε: the latter only where the owner shows it.</summary>
    public NodeProgress Shown(ConsentedRun run, NodeProgress progress)
    {
        var report = Of(run);
        var shows = settings.Policy.ShowEpsilon && run.Plan.IsPrivate;
        return progress with
        {
            BytesSent = report.BytesSent,
            BytesReceived = report.BytesReceived,
            EpsilonReserved = shows ? run.Epsilon : 0,
            EpsilonBudget = shows ? settings.Source.Epsilon : 0,
            EpsilonOfStepsDone = shows ? report.EpsilonOfStepsDone ?? 0 : 0,
        };
    }

    private static double? Finite(double epsilon) => double.IsFinite(epsilon) ? epsilon : null;
}
