namespace Federated.Adapters.Text;

/// <summary>The value of a variable that is not there: empty as text, false as a condition.</summary>
internal sealed class JinjaUndefined
{
    /// <summary>The one such value.</summary>
    public static readonly JinjaUndefined Value = new();

    private JinjaUndefined() { }
}
