namespace Federated.Aggregation.Grains;

/// <summary>The store failed between "asked" and "answered". Only reading tells whether the append is there.</summary>
public sealed class JournalOutcomeUnknownException(string message, Exception inner) : Exception(message, inner);
