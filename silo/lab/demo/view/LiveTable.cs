using Spectre.Console;
using Spectre.Console.Rendering;

namespace Federated.Lab.Demo.Views;

/// <summary>A table that is redrawn in place, for a terminal.</summary>
internal sealed class LiveTable(IAnsiConsole console) : IRunDisplay
{
    private const int BarWidth = 10;

    /// <inheritdoc />
    public Task ShowAsync(Func<Action<RunView>, Task> body) =>
        console
            .Live(new Text("starting …"))
            .AutoClear(false)
            .StartAsync(context =>
                body(view =>
                {
                    context.UpdateTarget(Render(view, console.Profile.Width));
                    context.Refresh();
                })
            );

    /// <summary>One picture of the run.</summary>
    /// <param name="view">The run.</param>
    /// <param name="width">Columns of the terminal: what does not fit is left out, the least needed first, and no word is broken.</param>
    internal static IRenderable Render(RunView view, int width)
    {
        var eta = view.Remaining is { } remaining ? Numbers.Duration(remaining) : "–";
        var table = new Table().Border(TableBorder.Rounded);
        table.Title = new TableTitle(
            Markup.Escape(
                $"{view.Name}: version {view.Version} of {view.Versions} ({view.State}), {Numbers.Duration(view.Elapsed)} elapsed, {eta} to go"
            )
        );
        var columns = Fitting(view.Nodes, width);
        foreach (var column in columns)
        {
            table.AddColumn(
                new TableColumn(Markup.Escape(column.Title)).NoWrap().Alignment(column.IsText ? null : Justify.Right)
            );
        }

        foreach (var node in view.Nodes)
        {
            table.AddRow([.. columns.Select(column => Markup.Escape(column.Cell(node)))]);
        }

        return table;
    }

    private static List<Column> Fitting(IReadOnlyList<NodeView> nodes, int width)
    {
        var columns = new List<Column>
        {
            new("organisation", node => node.Name, Needed: 8, IsText: true),
            new("phase", node => node.Phase, Needed: 7, IsText: true),
            new("progress", Bar, Needed: 4, IsText: true),
            new("staleness", node => node.Staleness is { } late ? Numbers.Text($"{late}") : "–", Needed: 3),
            new("weight", node => node.Weight is { } weight ? Numbers.Text($"{weight:0.00}") : "–", Needed: 5),
            new(
                "ε spent / budget",
                node => Numbers.Text($"{node.EpsilonSpent:0.00} / {node.EpsilonBudget:0.##}"),
                Needed: 6
            ),
            new("up", node => Numbers.Bytes(node.BytesUp), Needed: 2),
            new("down", node => Numbers.Bytes(node.BytesDown), Needed: 1),
        };
        while (columns.Count > 1 && columns.Sum(Width) + 1 > width)
        {
            columns.Remove(columns.MinBy(column => column.Needed)!);
        }

        return columns;

        int Width(Column column) =>
            Math.Max(column.Title.Length, nodes.Select(node => column.Cell(node).Length).DefaultIfEmpty().Max()) + 3;
    }

    private static string Bar(NodeView node)
    {
        var filled = node.Steps > 0 ? Math.Clamp(node.Step * BarWidth / node.Steps, 0, BarWidth) : 0;
        return $"{new string('█', filled)}{new string('░', BarWidth - filled)} {node.Step}/{node.Steps}";
    }

    private sealed record Column(string Title, Func<NodeView, string> Cell, int Needed, bool IsText = false);
}
