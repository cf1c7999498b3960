namespace Federated.ClientNode;

/// <summary>node.yaml has errors: all of them, each with field, value and fix.</summary>
internal sealed class NodeSettingsException : Exception
{
    /// <summary>Creates the exception.</summary>
    public NodeSettingsException(string file, IReadOnlyList<string> errors)
        : base(
            $"{file}:{(errors.Count == 1 ? " " : Environment.NewLine + "  ")}{string.Join(Environment.NewLine + "  ", errors)}"
        )
    {
        Errors = errors;
    }

    /// <summary>One sentence an error.</summary>
    public IReadOnlyList<string> Errors { get; }
}
