namespace Federated.Aggregation;

/// <summary>The run cannot go on.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">In words.</param>
public sealed record RunFailed(DateTimeOffset At, string Reason) : RunEvent(At);
