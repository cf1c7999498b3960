namespace Federated.Aggregation;

/// <summary>The operator has ended the run.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">In words.</param>
public sealed record RunCancelled(DateTimeOffset At, string Reason) : RunEvent(At);
