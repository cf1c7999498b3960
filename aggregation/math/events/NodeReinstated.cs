namespace Federated.Aggregation;

/// <summary>A suspended node takes part again.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="NodeId">The node.</param>
public sealed record NodeReinstated(DateTimeOffset At, string NodeId) : RunEvent(At);
