namespace Federated.Silo;

/// <summary>No run, or more than one, goes by the name or digest that was given.</summary>
internal sealed class UnknownRunException(string message) : Exception(message);
