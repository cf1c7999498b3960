namespace Federated.Aggregation.Grains;

/// <summary>Something that has happened to a node and is durable.</summary>
/// <param name="At">When, UTC.</param>
internal abstract record NodeEvent(DateTimeOffset At);
