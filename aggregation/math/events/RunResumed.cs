namespace Federated.Aggregation;

/// <summary>The run goes on.</summary>
/// <param name="At">When, UTC.</param>
public sealed record RunResumed(DateTimeOffset At) : RunEvent(At);
