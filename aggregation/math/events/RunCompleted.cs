namespace Federated.Aggregation;

/// <summary>All versions are published.</summary>
/// <param name="At">When, UTC.</param>
public sealed record RunCompleted(DateTimeOffset At) : RunEvent(At);
