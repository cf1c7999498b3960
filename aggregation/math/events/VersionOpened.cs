namespace Federated.Aggregation;

/// <summary>Updates for a version are taken from now on.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Version">Its number.</param>
/// <param name="Deadline">Absolute; null = none.</param>
public sealed record VersionOpened(DateTimeOffset At, long Version, DateTimeOffset? Deadline) : RunEvent(At);
