namespace Federated.Aggregation;

/// <summary>A journal entry that this release cannot read. The run is left alone rather than guessed at.</summary>
public sealed class UnreadableRunEventException(string message, Exception? inner = null)
    : Exception($"run event: {message}", inner);
