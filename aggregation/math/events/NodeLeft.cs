namespace Federated.Aggregation;

/// <summary>A node was silent for too long and no longer counts in N.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="NodeId">The node.</param>
public sealed record NodeLeft(DateTimeOffset At, string NodeId) : RunEvent(At);
