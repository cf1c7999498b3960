namespace Federated.Adapters;

/// <summary>The adapter that a run asks for does not fit the base model; the message names field, value and fix.</summary>
/// <param name="message">What is wrong and how to mend it.</param>
public sealed class InvalidAdapterOptionsException(string message) : Exception(message);
