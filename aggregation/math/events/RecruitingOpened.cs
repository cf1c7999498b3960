namespace Federated.Aggregation;

/// <summary>Nodes are offered the document.</summary>
/// <param name="At">When, UTC.</param>
public sealed record RecruitingOpened(DateTimeOffset At) : RunEvent(At);
