namespace Federated.Aggregation;

/// <summary>A node's owner has accepted the document.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="NodeId">The node.</param>
public sealed record NodeAdmitted(DateTimeOffset At, string NodeId) : RunEvent(At);
