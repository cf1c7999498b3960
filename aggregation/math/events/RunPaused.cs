namespace Federated.Aggregation;

/// <summary>Deadlines stand still from now on.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">In words.</param>
public sealed record RunPaused(DateTimeOffset At, string Reason) : RunEvent(At);
