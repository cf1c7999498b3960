namespace Federated.Aggregation.Grains;

/// <summary>Somebody else has appended to the stream: the writer's view is old and nothing of its append was written.</summary>
public sealed class JournalConflictException(string message) : Exception(message);
