using Federated.Lab.Demo.Compare;
using Federated.Lab.Demo.Reports;
using Federated.Lab.Demo.Runs;
using Federated.Lab.Demo.Views;

namespace Federated.Lab.Demo;

/// <summary>The demo's story, from nothing to an adapter.</summary>
/// <remarks>
/// <code>
///                 fedlab demo ── starts ──▶ fedsilo ◀── gRPC ──┬── fednode orleans      its own key, records, ledger, report
///                     │                       ▲                ├── fednode kubernetes
///                     └── HTTP, as operator ──┘                ├── fednode skiasharp
///                                                              ├── ╌╌ cut now and then ╌╌ fednode
///                                                              └── ── slow upwards ────── fednode
///   (1) prepare    records per organisation, noise for the ε, ports     (or read what an interrupted demo had decided)
///   (2) start      the silo
///   (3) join       a node for each organisation
///   (4) submit     the run, as an operator does
///   (5) watch      until its last version is published
///   (6) fetch      the adapter, as other tools load it
///   (7) report     from each node's own report and the silo's journal
///   (8) compare    with other ways to train, on request
/// </code>
/// </remarks>
internal sealed class DemoRun(
    DemoOptions options,
    DemoFolder folder,
    string modelFolder,
    TextWriter progress,
    TimeProvider time
)
{
    private static readonly TimeSpan FinishLimit = TimeSpan.FromMinutes(5);

    private readonly DemoScreen _screen = new(options.Json, progress);

    /// <summary>Runs or resumes the demo in the options' folder; shows the report of one that has ended.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        DemoOptions options,
        TextWriter progress,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var modelFolder = BaseModelFolder.Find();
        using var folder = DemoFolder.Open(options.Directory);
        if (options.Fresh)
        {
            folder.Clear();
        }

        var demo = new DemoRun(options, folder, modelFolder, progress, time);
        if (demo.Finished() is { } report && (report.Comparison is not null || !options.Compare))
        {
            demo.Say(
                $"The demo in {folder.Root} has ended; this is its report. To train anew: --fresh, or another --dir."
            );
            demo._screen.Print(report);
            return ExitCode.Ok;
        }

        return await demo.TellAsync(cancellationToken);
    }

    private async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();

        // :: (1) prepare
        var state = Prepare();

        // :: (2) start
        Say($"Starting fedsilo on http://127.0.0.1:{state.HttpPort} (operators) and :{state.GrpcPort} (nodes).");
        await using var federation = await Federation.StartAsync(folder, state, modelFolder, time, cancellationToken);

        // :: (3) … (7)
        var report = Finished() ?? await TrainAsync(federation, state, started, cancellationToken);

        // :: (8) compare
        if (options.Compare)
        {
            var comparison = new Comparison(
                federation,
                folder,
                state,
                modelFolder,
                RunAdapter.Read(folder),
                progress,
                time
            );
            report = report with { Comparison = await comparison.RunAsync(cancellationToken) };
            await File.WriteAllTextAsync(folder.ReportFile, ReportJson.Write(report), cancellationToken);
        }

        _screen.Print(options.Keep ? report with { Operator = federation.Silo.Operator.Address.ToString() } : report);
        if (options.Keep)
        {
            await WaitForCtrlCAsync(cancellationToken);
        }

        return ExitCode.Ok;
    }

    private async Task<DemoReport> TrainAsync(
        Federation federation,
        DemoState state,
        long started,
        CancellationToken cancellationToken
    )
    {
        // :: (3) join
        Say($"Starting {state.Organisations.Count} fednodes, each with its own key, records and ledger.");
        await federation.StartNodesAsync(time, cancellationToken);
        await WaitForNodesAsync(federation, state, cancellationToken);

        // :: (4) submit
        state = await new RunSubmission(federation, folder, modelFolder, progress).SubmitAsync(
            state,
            cancellationToken
        );

        // :: (5) watch
        RunStatus? ended = null;
        var watch = new RunWatch(federation, state, state.RunDigest!, time);
        await _screen.Display().ShowAsync(async show => ended = await watch.FollowAsync(show, cancellationToken));
        if (ended is not { State: "completed" })
        {
            throw new DemoException(ExitCode.Failed, $"The run has {ended?.State}: {ended?.Reason}");
        }

        Say("Every node now judges the adapter on records that it held out; the numbers stay with it.");
        await WaitForReportsAsync(federation, cancellationToken);
        var seconds = time.GetElapsedTime(started).TotalSeconds;

        // :: (6) fetch
        await AdapterDownload.FetchAsync(federation.Silo.Operator, state.RunDigest!, folder.Adapter, cancellationToken);

        // :: (7) report
        var report = await FinalReport.GatherAsync(
            federation.Silo.Operator,
            folder,
            state,
            ended,
            modelFolder,
            seconds,
            cancellationToken
        );
        await File.WriteAllTextAsync(folder.ReportFile, ReportJson.Write(report), cancellationToken);
        await federation.StopNodesAsync();
        return report;
    }

    private DemoReport? Finished() =>
        File.Exists(folder.ReportFile) ? ReportJson.Read(File.ReadAllText(folder.ReportFile)) : null;

    private DemoState Prepare()
    {
        if (DemoState.Read(folder) is not { } state)
        {
            Say($"Preparing {folder.Root}.");
            state = DemoPreparation.Prepare(folder, options);
            state.Write(folder);
        }
        else
        {
            RequireSame<int?>("--seed", options.Seed, state.Seed);
            RequireSame<int?>("--versions", options.Versions, state.Versions);
            RequireSame<int?>("--nodes", options.Nodes, state.Organisations.Count);
            RequireSame<int?>("--http-port", options.HttpPort, state.HttpPort);
            RequireSame(
                "--public-text",
                options.PublicText is { } text ? Path.GetFullPath(text) : null,
                state.PublicText
            );
            Say($"Going on with the demo in {folder.Root}.");
        }

        foreach (var organisation in state.Organisations)
        {
            Say(Numbers.Text($"  {organisation.Name}: {organisation.Records} records"));
        }

        Say(
            Numbers.Text(
                $"  noise multiplier {state.NoiseMultiplier:0.###} on {state.Versions} × {DemoDefaults.Steps} steps: ε ≤ {DemoDefaults.TargetEpsilon} at δ = {state.PlanDelta:0e-0} for every record"
            )
        );
        return state;
    }

    private void RequireSame<T>(string option, T? asked, T? decided)
    {
        if (asked is { } value && !value.Equals(decided))
        {
            throw new DemoException(
                ExitCode.Usage,
                $"{option} {value}: the unfinished demo in {folder.Root} has {decided?.ToString() ?? "none"}. Leave the option out to go on, or use --fresh."
            );
        }
    }

    private async Task WaitForNodesAsync(Federation federation, DemoState state, CancellationToken cancellationToken)
    {
        while ((await federation.Silo.Operator.NodesAsync(cancellationToken)).Count < state.Organisations.Count)
        {
            await federation.RequireServingAsync(time, cancellationToken);
            await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken);
        }
    }

    private async Task WaitForReportsAsync(Federation federation, CancellationToken cancellationToken)
    {
        try
        {
            var all = Task.WhenAll(federation.Nodes.Select(node => node.Process.Exited));
            await all.WaitAsync(FinishLimit, time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            var late = federation
                .Nodes.Where(node => !node.Process.Exited.IsCompleted)
                .Select(node => node.Organisation.Name);
            throw new DemoException(
                ExitCode.Failed,
                $"{string.Join(", ", late)}: not finished {FinishLimit.TotalMinutes} minutes after the run; see {folder.Root}/logs.",
                e
            );
        }
    }

    private async Task WaitForCtrlCAsync(CancellationToken cancellationToken)
    {
        Say("The silo keeps running. Ctrl-C stops it.");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Say("Stopped.");
        }
    }

    private void Say(string line) => progress.WriteLine(line);
}
