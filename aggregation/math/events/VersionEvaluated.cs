namespace Federated.Aggregation;

/// <summary>A published version was judged on the run's public set.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Evaluation">How well it did.</param>
public sealed record VersionEvaluated(DateTimeOffset At, VersionEvaluation Evaluation) : RunEvent(At);
