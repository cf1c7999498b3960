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
                    context.UpdateTarget(Render(view));
                    context.Refresh();
                })
            );

    /// <summary>One picture of the run.</summary>
    internal static IRenderable Render(RunView view)
    {
        var eta = view.Remaining is { } remaining ? Numbers.Duration(remaining) : "–";
        var table = new Table().Border(TableBorder.Rounded);
        table.Title = new TableTitle(
            Markup.Escape(
                $"{view.Name}: version {view.Version} of {view.Versions} ({view.State}), {Numbers.Duration(view.Elapsed)} elapsed, {eta} to go"
            )
        );
        table.AddColumns("organisation", "phase", "progress");
        foreach (var title in (string[])["staleness", "weight", "ε spent / budget", "up", "down"])
        {
            table.AddColumn(new TableColumn(title).RightAligned());
        }

        foreach (var node in view.Nodes)
        {
            table.AddRow(
                Markup.Escape(node.Name),
                Markup.Escape(node.Phase),
                Bar(node),
                node.Staleness is { } staleness ? Numbers.Text($"{staleness}") : "–",
                node.Weight is { } weight ? Numbers.Text($"{weight:0.00}") : "–",
                Numbers.Text($"{node.EpsilonSpent:0.00} / {node.EpsilonBudget:0.##}"),
                Numbers.Bytes(node.BytesUp),
                Numbers.Bytes(node.BytesDown)
            );
        }

        return table;
    }

    private static string Bar(NodeView node)
    {
        var filled = node.Steps > 0 ? Math.Clamp(node.Step * BarWidth / node.Steps, 0, BarWidth) : 0;
        return $"{new string('█', filled)}{new string('░', BarWidth - filled)} {node.Step}/{node.Steps}";
    }
}
