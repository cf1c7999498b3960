using Federated.Lab.Demo.Views;
using Spectre.Console;

namespace Federated.Lab.Simulate;

/// <summary>The report as a table for people.</summary>
internal static class SimulationTable
{
    /// <summary>Prints it.</summary>
    /// <param name="output">Where to; lines are not broken.</param>
    /// <param name="report">What was simulated.</param>
    public static void Print(TextWriter output, SimulationReport report)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        var hasAccuracy = report.Summary.Any(summary => summary.Accuracy is not null);
        string[] heads =
        [
            "method",
            "loss",
            "loss, rare",
            .. hasAccuracy ? (string[])["acc.", "acc., rare"] : [],
            "nodes",
            "late",
            "noise",
            "sent",
        ];
        var table = new Table { Title = new("Mean over the last tenth of the versions"), Border = TableBorder.Rounded };
        foreach (var head in heads)
        {
            table.AddColumn(head == "method" ? new TableColumn(head) : new TableColumn(head).RightAligned());
        }

        foreach (var summary in report.Summary)
        {
            string[] cells =
            [
                summary.Method,
                Numbers.Text($"{summary.Loss:0.0000}"),
                Numbers.Text($"{summary.RareLoss:0.0000}"),
                .. hasAccuracy
                    ? (string[])[Numbers.Text($"{summary.Accuracy:0.0%}"), Numbers.Text($"{summary.RareAccuracy:0.0%}")]
                    : [],
                Numbers.Text($"{summary.Participants:0.0}"),
                Numbers.Text($"{summary.Staleness:0.00}"),
                Numbers.Text($"{summary.NoiseAmplification:0.00}"),
                Numbers.Bytes(summary.BytesUp),
            ];
            table.AddRow(cells);
        }

        console.Write(table);
        output.WriteLine(
            "rare: the tenth of the nodes that take part least; nodes: in a version; late: mean staleness; noise: of a version, as a multiple of ω = 1."
        );
        foreach (var result in report.Results)
        {
            output.WriteLine(
                Numbers.Text(
                    $"{result.Method}: {result.Rounds} rounds, {result.EmptyRounds} without anybody; {result.Refused} updates too late, {result.LostWork} lost, {result.NodesLeft} times a node left; journal sha256 {result.JournalDigest[..16]}"
                )
            );
        }
    }
}
