using Spectre.Console;

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
        var folder = SimulationFolder.Open(options);
        var (participation, population) = Participations.Of(
            options.Participation,
            options.Seed,
            Population.Create(options.Seed, options.Nodes, options.Population)
        );
        using var task = SimulationTasks.Of(options, population);
        var document = task.Fit(SimulatedDocuments.Of(options));
        var keys = VirtualKey.All(options.Seed, options.Nodes);
        var isTerminal = options.Json ? !Console.IsErrorRedirected : !Console.IsOutputRedirected;
        var progress = new SimulationProgress(options.Json ? errors : output, isTerminal, TimeProvider.System);
        var results = new List<SimulationResult>();
        string[] methods =
            options.Compare.Count == 0 ? [document.Aggregation.Participation.Method] : [.. options.Compare.Distinct()];
        foreach (var method in methods)
        {
            var plan = new SimulationPlan
            {
                Document = SimulatedDocuments.With(document, method, keys, population.Probabilities),
                Keys = keys,
                Seed = options.Seed,
                Participation = participation,
                Times = options.Times,
                DataFolder = folder.Silo(method),
                EvaluateEvery = options.EvaluateEvery,
                Threads = options.Threads,
            };
            progress.Begin();
            var versions = plan.Document.Rounds.Versions;
            var result = await Simulation.RunAsync(
                plan,
                task,
                version => progress.Show(method, version, versions),
                cancellation
            );
            results.Add(result);
            folder.Write(result);
        }

        var report = new SimulationReport(
            options,
            population.Probabilities,
            [.. results.Select(MethodSummary.Of)],
            results
        );
        folder.Write(report);
        await PrintAsync(report, folder, output);
    }

    private static async Task PrintAsync(SimulationReport report, SimulationFolder folder, TextWriter output)
    {
        if (report.Options.Json)
        {
            await output.WriteAsync(SimulationJson.Write(report) + "\n");
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        SimulationTable.Print(console, report);
        if (folder.Reports is { } reports)
        {
            await output.WriteLineAsync($"Tables and plots: {reports}");
        }
    }
}
