namespace Federated.Aggregation;

/// <summary>The operator has taken a node out; its updates that are not merged yet are dropped.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Reason">In the words of the operator.</param>
public sealed record NodeSuspended(DateTimeOffset At, string NodeId, string Reason) : RunEvent(At);
