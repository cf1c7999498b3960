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
                    Delta = run.Delta,
                    StartedAt = time.GetUtcNow(),
                };

    /// <summary>Changes the report of a run and writes it.</summary>
    public LocalReport Change(ConsentedRun run, Func<LocalReport, LocalReport> change)
    {
        var steps = consent.StepsSealed(run.ReservationId);
        var changed = change(Of(run)) with
        {
            StepsDone = steps,
            EpsilonOfStepsDone = Finite(run.EpsilonOf(steps)),
            EpsilonBudget = settings.Source.Epsilon,
            UpdatedAt = time.GetUtcNow(),
        };
        _reports[run.Digest] = changed;
        changed.Write(home.ReportFile(run.Digest));
        return changed;
    }

    private static double? Finite(double epsilon) => double.IsFinite(epsilon) ? epsilon : null;
}
