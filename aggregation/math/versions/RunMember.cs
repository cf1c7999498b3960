using System.Collections.Immutable;

namespace Federated.Aggregation;

/// <summary>A node that has answered the run's document.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Standing">What it is to the run.</param>
/// <param name="Counters">Its participation, counted lazily.</param>
/// <param name="Since">When the standing began.</param>
/// <param name="Reason">Why, for other standings than admitted.</param>
public sealed record RunMember(
    string NodeId,
    NodeStanding Standing,
    ParticipationCounters Counters,
    DateTimeOffset Since,
    string? Reason = null
)
{
    /// <summary>What its owner declared when it was admitted, in a run that weighs by it; null in others.</summary>
    public long? DeclaredRecords { get; init; }

    /// <summary>What it stands for beside other nodes: the declared records, or 1. ≥ 1.</summary>
    public long Size => DeclaredRecords ?? 1;

    /// <summary>What was merged of it last, for participation methods that merge it again; empty with the others.</summary>
    public ImmutableArray<RememberedUpdate> Remembered { get; init; } = [];
}
