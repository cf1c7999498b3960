namespace Federated.Aggregation;

/// <summary>Adapters that cannot be merged as asked.</summary>
/// <param name="message">What does not fit, and what to do.</param>
public sealed class AdapterMergeException(string message) : Exception(message);
