namespace Federated.Lab.Demo.Views;

/// <summary>One line for each new version or state, for a file or a pipe.</summary>
internal sealed class PlainLines(TextWriter output) : IRunDisplay
{
    private (string State, long Version)? _last;

    /// <inheritdoc />
    public Task ShowAsync(Func<Action<RunView>, Task> body) =>
        body(view =>
        {
            if (_last != (view.State, view.Version))
            {
                _last = (view.State, view.Version);
                output.WriteLine(Line(view));
                output.Flush();
            }
        });

    /// <summary>One picture of the run as one line.</summary>
    internal static string Line(RunView view)
    {
        var eta = view.Remaining is { } remaining ? $", {Numbers.Duration(remaining)} to go" : "";
        var nodes = view.Nodes.Select(node =>
            node.Weight is { } weight
                ? Numbers.Text(
                    $"{node.Name} τ={node.Staleness} ω={weight:0.00} ε={node.EpsilonSpent:0.00}/{node.EpsilonBudget:0.##}"
                )
                : $"{node.Name} {node.Phase}"
        );
        return $"{Numbers.Duration(view.Elapsed)}  version {view.Version}/{view.Versions} {view.State}{eta} · {string.Join(" · ", nodes)}";
    }
}
