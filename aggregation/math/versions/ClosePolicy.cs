namespace Federated.Aggregation;

/// <summary>When the open version is merged.</summary>
/// <remarks>
/// A cohort (distinct nodes) or a buffer (updates) is the goal: the version closes as soon as it is reached. Both are capped at N when nodes leave.
/// Without the goal the wait ends
/// <list type="bullet">
/// <item>at the deadline, when the quorum is there by then;</item>
/// <item>at the quorum, when it comes after the first deadline, or when there is no goal or no deadline;</item>
/// </list>
/// and the version closes <see cref="Grace"/> later, or at once when every node has reported. A deadline without the quorum is missed: see
/// <see cref="OnMissedQuorum"/>. An empty version never closes.
/// </remarks>
public sealed record ClosePolicy
{
    /// <summary>Distinct nodes that close the version at once. ≥ 1, or null.</summary>
    public int? Cohort { get; init; }

    /// <summary>Distinct nodes without which it does not close. ≥ 1; null = the cohort, or 1 with a buffer, or all nodes with neither.</summary>
    public int? Quorum { get; init; }

    /// <summary>Updates that close the version at once. ≥ 1, or null.</summary>
    public int? Buffer { get; init; }

    /// <summary>Time from opening to the deadline; null = none.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Further wait after the quorum or the deadline, whichever ends the wait.</summary>
    public TimeSpan Grace { get; init; }

    /// <summary>What a missed quorum does.</summary>
    public MissedQuorum OnMissedQuorum { get; init; }

    /// <summary>Admitted nodes with which recruiting ends and version 1 opens.</summary>
    public int RecruitingTarget => Cohort ?? Buffer ?? Quorum ?? 1;

    /// <summary>Distinct nodes needed for a close, with N nodes in the run.</summary>
    public int QuorumOf(int nodes) =>
        Quorum
        ?? (
            Cohort is { } cohort ? Capped(cohort, nodes)
            : Buffer is null ? Math.Max(nodes, 1)
            : 1
        );

    internal static int Capped(int goal, int nodes) => Math.Max(1, Math.Min(goal, nodes));
}
