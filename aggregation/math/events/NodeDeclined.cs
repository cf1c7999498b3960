namespace Federated.Aggregation;

/// <summary>A node's owner has declined the document.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Reason">In the words of the owner; may be empty.</param>
public sealed record NodeDeclined(DateTimeOffset At, string NodeId, string Reason) : RunEvent(At);
