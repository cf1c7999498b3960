namespace Federated.Aggregation;

/// <summary>A node that had left has shown up again.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="NodeId">The node.</param>
public sealed record NodeReturned(DateTimeOffset At, string NodeId) : RunEvent(At);
