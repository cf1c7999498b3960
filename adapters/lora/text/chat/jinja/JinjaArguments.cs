namespace Federated.Adapters.Text;

/// <summary>What stands between the parentheses of a call.</summary>
internal sealed class JinjaArguments
{
    private readonly List<JinjaExpression> _positional = [];
    private readonly List<(string Name, JinjaExpression Value)> _named = [];

    public JinjaArguments(params ReadOnlySpan<JinjaExpression> positional) => _positional.AddRange(positional);

    public void Add(JinjaExpression value) => _positional.Add(value);

    public void Add(string name, JinjaExpression value) => _named.Add((name, value));

    public List<object?> Positional(JinjaScope scope) => [.. _positional.Select(value => value(scope))];

    public Dictionary<string, object?> Named(JinjaScope scope) =>
        _named.ToDictionary(entry => entry.Name, entry => entry.Value(scope));
}
