namespace Federated.Aggregation;

/// <summary>Questions about phases.</summary>
public static class RunPhaseExtensions
{
    /// <summary>Whether nothing can follow.</summary>
    public static bool HasEnded(this RunPhase phase) =>
        phase is RunPhase.Completed or RunPhase.Failed or RunPhase.Cancelled;
}
