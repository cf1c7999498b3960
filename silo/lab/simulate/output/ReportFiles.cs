using System.Globalization;
using System.Text;

namespace Federated.Lab.Simulate;

/// <summary>The files of a report: tables for other tools, plots for people.</summary>
internal static class ReportFiles
{
    private const string Head =
        "version,rounds,seconds,nodes,participants,updates,loss,rare_loss,accuracy,rare_accuracy,mean_weight,max_weight,"
        + "coefficient_sum,noise_amplification,uniform_noise_amplification,step_norm,bytes_up,bytes_down,refused,staleness";

    /// <summary>versions.csv, trace.csv and weights.svg of one method.</summary>
    public static void WriteMethod(string folder, SimulationResult result)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "versions.csv"), Versions(result));
        File.WriteAllText(Path.Combine(folder, "trace.csv"), Trace(result));
        var merged = result.Versions.Where(version => version.Updates.Count > 0).ToList();
        Plot(
            folder,
            "weights",
            "Participation weight ω of merged updates",
            "ω",
            [
                new("mean", [.. merged.Select(v => ((double)v.Version, v.Updates.Average(u => u.Weight)))]),
                new("largest", [.. merged.Select(v => ((double)v.Version, v.Updates.Max(u => u.Weight)))]),
            ]
        );
    }

    /// <summary>simulation.json, and a plot for each thing that was measured, with one line for each method.</summary>
    public static void WriteAll(string folder, SimulationReport report)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "simulation.json"), SimulationJson.Write(report));
        Plot(folder, "loss", "Objective: mean loss over all nodes", "loss", Lines(report, score => score.Loss));
        Plot(
            folder,
            "rare-loss",
            "Loss of the tenth of the nodes that take part least",
            "loss",
            Lines(report, score => score.RareLoss)
        );
        if (report.Summary.Any(summary => summary.Accuracy is not null))
        {
            Plot(folder, "accuracy", "Accuracy over all nodes", "accuracy", Lines(report, score => score.Accuracy));
        }
    }

    /// <summary>Who took part in which version, in the form of <c>fedsilo weights --trace</c>: round 0 is version 1.</summary>
    internal static string Trace(SimulationResult result)
    {
        var rows = new StringBuilder("round,node\n");
        foreach (var version in result.Versions)
        {
            foreach (var node in version.Updates.Where(u => u.Weight > 0).Select(u => u.Node).Distinct().Order())
            {
                rows.Append(CultureInfo.InvariantCulture, $"{version.Version - 1},{NodeNames.Of(node)}\n");
            }
        }

        return rows.ToString();
    }

    private static string Versions(SimulationResult result)
    {
        var rows = new StringBuilder(Head).Append('\n');
        foreach (var v in result.Versions)
        {
            var weights = v.Updates.Select(update => update.Weight).DefaultIfEmpty(0).ToList();
            var staleness = string.Join(' ', v.Staleness.Select(pair => $"{pair.Key}:{pair.Value}"));
            rows.Append(
                CultureInfo.InvariantCulture,
                $"{v.Version},{v.Rounds},{v.Seconds:0.###},{v.Nodes},{v.Participants},{v.Updates.Count},"
            );
            rows.Append(
                CultureInfo.InvariantCulture,
                $"{v.Score?.Loss},{v.Score?.RareLoss},{v.Score?.Accuracy},{v.Score?.RareAccuracy},{weights.Average()},{weights.Max()},"
            );
            rows.Append(
                CultureInfo.InvariantCulture,
                $"{v.CoefficientSum},{v.NoiseAmplification},{v.UniformNoiseAmplification},{v.StepNorm},{v.BytesUp},{v.BytesDown},{v.Refused},{staleness}\n"
            );
        }

        return rows.ToString();
    }

    private static IReadOnlyList<ChartLine> Lines(SimulationReport report, Func<Score, double?> value) =>
        [
            .. report.Results.Select(result => new ChartLine(
                result.Method,
                [
                    .. result
                        .Versions.Where(version => version.Score is not null)
                        .Select(version => ((double)version.Version, value(version.Score!) ?? 0)),
                ]
            )),
        ];

    private static void Plot(string folder, string name, string title, string label, IReadOnlyList<ChartLine> lines) =>
        File.WriteAllText(Path.Combine(folder, $"{name}.svg"), SvgChart.Draw(title, "version", label, lines));
}
