namespace Federated.Protocol;

/// <summary>A run document that cannot be, with everything that is wrong with it at once.</summary>
/// <param name="errors">The errors, in the order of the text; at least one.</param>
public sealed class RunDocumentException(IReadOnlyList<RunDocumentError> errors)
    : Exception($"The run document has {errors.Count} error(s):\n" + string.Join("\n", errors))
{
    /// <summary>What is wrong.</summary>
    public IReadOnlyList<RunDocumentError> Errors { get; } = errors;
}
