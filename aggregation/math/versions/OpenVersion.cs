using System.Collections.Immutable;

namespace Federated.Aggregation;

/// <summary>The version that updates arrive for, until it is published.</summary>
public sealed record OpenVersion
{
    /// <summary>Its number: the newest published version plus 1.</summary>
    public required long Number { get; init; }

    /// <summary>When it opened.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When the wait for more nodes ends, absolute; null = never.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>How often the deadline was moved because the quorum was missed.</summary>
    public int Extensions { get; init; }

    /// <summary>When the quorum was complete, null while it is not.</summary>
    public DateTimeOffset? QuorumReachedAt { get; init; }

    /// <summary>Accepted updates that will be merged here, by identity. Frozen when <see cref="ClosedAt"/> is set.</summary>
    public ImmutableSortedDictionary<UpdateKey, AcceptedUpdate> Updates { get; init; } =
        ImmutableSortedDictionary<UpdateKey, AcceptedUpdate>.Empty;

    /// <summary>Accepted updates by node.</summary>
    public ImmutableDictionary<string, int> UpdatesOfNode { get; init; } =
        ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>When the list of updates was frozen, null while the version takes updates.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>One decision for each frozen update, in merge order; null until they are made.</summary>
    public ImmutableArray<StalenessDecision>? Decisions { get; init; }

    /// <summary>Nodes with at least one accepted update here.</summary>
    public int DistinctNodes => UpdatesOfNode.Count;

    /// <summary>Whether updates are still taken.</summary>
    public bool TakesUpdates => ClosedAt is null;

    internal OpenVersion With(AcceptedUpdate update) =>
        this with
        {
            Updates = Updates.Add(update.Key, update),
            UpdatesOfNode = UpdatesOfNode.SetItem(update.NodeId, UpdatesOfNode.GetValueOrDefault(update.NodeId) + 1),
        };

    internal OpenVersion WithoutNode(string nodeId) =>
        this with
        {
            Updates = Updates.RemoveRange(Updates.Keys.Where(key => key.NodeId == nodeId)),
            UpdatesOfNode = UpdatesOfNode.Remove(nodeId),
        };
}
