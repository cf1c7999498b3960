namespace Federated.Aggregation.Grains;

/// <summary>A run of the group has started.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="RunDigest">The run.</param>
/// <param name="Name">Its readable name.</param>
internal sealed record RunSubmitted(DateTimeOffset At, string RunDigest, string Name) : GroupEvent(At);
