namespace Federated.Aggregation;

/// <summary>The open version waits longer.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Version">The open version.</param>
/// <param name="Deadline">The new deadline, absolute.</param>
/// <param name="Because">The reason.</param>
public sealed record DeadlineMoved(DateTimeOffset At, long Version, DateTimeOffset Deadline, DeadlineMove Because)
    : RunEvent(At);
