namespace Federated.Adapters.Text;

/// <summary>The variables that a piece of a template sees: its own, then those around it.</summary>
internal sealed class JinjaScope
{
    // Enough for any conversation, and an end for a template without one.
    private const int MaxSteps = 10_000_000;
    private readonly JinjaScope? _outer;
    private readonly Dictionary<string, object?> _own;
    private readonly JinjaScope _root;
    private int _steps;

    private JinjaScope(JinjaScope? outer, Dictionary<string, object?> own)
    {
        _outer = outer;
        _own = own;
        _root = outer?._root ?? this;
    }

    /// <summary>The outermost scope.</summary>
    public static JinjaScope Root(IReadOnlyDictionary<string, object?> values) =>
        new(null, new Dictionary<string, object?>(values));

    /// <summary>A scope inside this one.</summary>
    public JinjaScope Inner() => new(this, []);

    /// <summary>Reads a variable.</summary>
    public object? Get(string name) =>
        _own.TryGetValue(name, out var value) ? value
        : _outer is not null ? _outer.Get(name)
        : JinjaGlobals.Find(name);

    /// <summary>Sets a variable of this scope.</summary>
    public void Set(string name, object? value) => _own[name] = value;

    /// <summary>Counts one step of work.</summary>
    /// <exception cref="ChatTemplateException">The template does not come to an end.</exception>
    public void Step()
    {
        if (++_root._steps > MaxSteps)
        {
            throw new ChatTemplateException("The chat template does not come to an end.");
        }
    }
}
