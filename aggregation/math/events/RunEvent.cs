namespace Federated.Aggregation;

/// <summary>Something that has happened to a run and is durable. The run is the fold of its events.</summary>
/// <param name="At">When, UTC.</param>
public abstract record RunEvent(DateTimeOffset At);
