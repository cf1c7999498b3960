using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>What the command does: population, task and document; one simulation for each method, all on the same luck; the report.</summary>
internal static class SimulationRun
{
    /// <summary>Runs it.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="output">Where the report goes.</param>
    /// <param name="errors">Where progress goes when the report is JSON.</param>
    /// <param name="cancellation">Stops between two events.</param>
    /// <exception cref="SimulationException">An option or the document cannot be used, or the run cannot end.</exception>
    public static async Task RunAsync(
        SimulateOptions options,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellation
    )
    {
        var (participation, population) = (default(Func<IParticipation>), default(Population));
        using var task = SimulationTasks.Open(
            options,
            drawn =>
            {
                (participation, population) = Participations.Of(options.Participation, options.Seed, drawn);
                return population;
            }
        );
        var document = task.Fit(SimulatedDocuments.Of(options));
        var keys = VirtualKey.All(options.Seed, options.Nodes);
        // All documents are checked before anything is written or run.
        var documents = Methods(options, document)
            .Select(method =>
            {
                var own = SimulatedDocuments.With(document, method, keys, population!.Probabilities);
                CanonicalRunDocument.Bytes(own);
                return own;
            })
            .ToList();
        var folder = SimulationFolder.Open(options);
        var isTerminal = options.Json ? !Console.IsErrorRedirected : !Console.IsOutputRedirected;
        var progress = new SimulationProgress(options.Json ? errors : output, isTerminal, TimeProvider.System);
        var results = new List<SimulationResult>();
        foreach (var own in documents)
        {
            var method = own.Aggregation.Participation.Method;
            progress.Begin();
            var result = await Simulation.RunAsync(
                new()
                {
                    Document = own,
                    Keys = keys,
                    Seed = options.Seed,
                    Participation = participation!,
                    Times = options.Times,
                    DataFolder = folder.Silo(method),
                    EvaluateEvery = options.EvaluateEvery,
                    Threads = options.Threads,
                },
                task,
                version => progress.Show(method, version, own.Rounds.Versions),
                cancellation
            );
            results.Add(result);
            folder.Write(result);
        }

        var report = new SimulationReport(
            options,
            population!.Probabilities,
            [.. results.Select(MethodSummary.Of)],
            results
        );
        folder.Write(report);
        await PrintAsync(report, folder, output);
    }

    private static IEnumerable<string> Methods(SimulateOptions options, RunDocument document) =>
        options.Compare.Count == 0 ? [document.Aggregation.Participation.Method] : options.Compare.Distinct();

    private static async Task PrintAsync(SimulationReport report, SimulationFolder folder, TextWriter output)
    {
        if (report.Options.Json)
        {
            await output.WriteAsync(SimulationJson.Write(report) + "\n");
            return;
        }

        SimulationTable.Print(output, report);
        if (folder.Reports is { } reports)
        {
            await output.WriteLineAsync($"Tables and plots: {reports}");
        }
    }
}
