using Federated.Lab.Demo.Views;
using Spectre.Console;

namespace Federated.Lab.Demo.Reports;

/// <summary>The report as tables for people.</summary>
internal sealed class ReportTables(IAnsiConsole console)
{
    /// <summary>Prints everything.</summary>
    public void Print(DemoReport report)
    {
        HeldOut(report);
        Cost(report);
        Weights(report);
        if (report.Comparison is { } comparison)
        {
            Comparison(comparison);
        }

        Rest(report);
    }

    private void HeldOut(DemoReport report)
    {
        var table = Table("Held-out loss, measured by each node on records it never trained on", "organisation");
        Right(table, "records", "nats/token before", "after", "change", "nats/char before", "after");
        foreach (var organisation in report.Organisations)
        {
            Row(table, organisation.Name, organisation.HeldOut);
        }

        table.AddEmptyRow();
        Row(table, "all records", report.Overall);
        console.Write(table);
    }

    private void Cost(DemoReport report)
    {
        var any = report.Organisations[0];
        var ratio = (double)report.ModelParameters / report.AdapterParameters;
        var title = Numbers.Text(
            $"What it cost each organisation (budget ε = {any.EpsilonBudget:0.##}, plan at δ = {any.Delta:0e-0}; full fine-tuning moves {ratio:0.0} times as much)"
        );
        var table = Table(title, "organisation");
        Right(table, "ε of the plan", "updates", "sent", "received", "full fine-tuning");
        foreach (var organisation in report.Organisations)
        {
            table.AddRow(
                Markup.Escape(organisation.Name),
                Numbers.Text($"{organisation.Epsilon:0.00}"),
                Numbers.Text($"{organisation.Updates}"),
                Numbers.Bytes(organisation.BytesUp),
                Numbers.Bytes(organisation.BytesDown),
                Numbers.Bytes(report.FullFineTuningBytes(organisation))
            );
        }

        console.Write(table);
    }

    private void Weights(DemoReport report)
    {
        var names = report.Organisations.Select(organisation => organisation.Name).ToArray();
        var table = Table(
            "Weight ω of each merged update (staleness τ where it was late), from the silo's journal",
            "version"
        );
        Right(table, names);
        foreach (var version in report.Merged.GroupBy(update => update.Version).OrderBy(version => version.Key))
        {
            var cells = names.Select(name => Cell(version.Where(update => update.Organisation == name)));
            table.AddRow([Numbers.Text($"{version.Key}"), .. cells]);
        }

        console.Write(table);
    }

    private void Comparison(ComparisonReport comparison)
    {
        var table = Table(
            "Ways to get an adapter: nats per token on own and on everyone's held-out records, less is better",
            "method"
        );
        Right(table, "ε per node", "own", "worst node", "everyone's", "worst node");
        if (comparison.Stranger is { } stranger)
        {
            Right(table, $"{stranger} (no part)");
        }

        foreach (var row in comparison.Rows)
        {
            string[] cells =
            [
                Markup.Escape(row.Method),
                row.Guarantee,
                .. new[] { row.OwnMean, row.OwnWorst, row.AllMean, row.AllWorst }.Select(loss =>
                    Numbers.Text($"{loss:0.000}")
                ),
            ];
            table.AddRow(row.Stranger is { } loss ? [.. cells, Numbers.Text($"{loss:0.000}")] : cells);
        }

        console.Write(table);
    }

    private void Rest(DemoReport report)
    {
        console.WriteLine();
        console.WriteLine($"Sample, greedy. Prompt: {report.Sample.Prompt}");
        console.WriteLine($"  before: {report.Sample.Before}");
        console.WriteLine($"  after:  {report.Sample.After}");
        console.WriteLine();
        console.WriteLine(
            Numbers.Text(
                $"{report.Versions} versions in {report.Seconds:0} s; mean change over organisations {Numbers.Change(report.MeanChangePerToken)} nats/token."
            )
        );
        console.WriteLine($"Adapter (PEFT layout): {report.AdapterFolder}");
        if (report.Operator is { } address)
        {
            console.WriteLine($"Operator: {address} (running until you press Ctrl-C)");
        }

        console.WriteLine("Try next:");
        foreach (var command in report.Next)
        {
            console.WriteLine($"  {command}");
        }
    }

    private static string Cell(IEnumerable<MergedUpdate> updates) =>
        string.Join(
            ", ",
            updates.Select(update =>
                update.Staleness > 0
                    ? Numbers.Text($"{update.Weight:0.00} τ={update.Staleness}")
                    : Numbers.Text($"{update.Weight:0.00}")
            )
        )
            is { Length: > 0 } text
            ? text
            : "·";

    private static void Row(Table table, string name, HeldOutChange change) =>
        table.AddRow(
            Markup.Escape(name),
            Numbers.Text($"{change.Records}"),
            Numbers.Text($"{change.PerTokenBefore:0.000}"),
            Numbers.Text($"{change.PerTokenAfter:0.000}"),
            Numbers.Change(change.PerTokenAfter - change.PerTokenBefore),
            Numbers.Text($"{change.PerCharBefore:0.000}"),
            Numbers.Text($"{change.PerCharAfter:0.000}")
        );

    private static Table Table(string title, string first)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(first);
        table.Title = new TableTitle(Markup.Escape(title));
        return table;
    }

    private static void Right(Table table, params string[] titles)
    {
        foreach (var title in titles)
        {
            table.AddColumn(new TableColumn(Markup.Escape(title)).RightAligned());
        }
    }
}
