using System.Globalization;

namespace Federated.Aggregation;

/// <summary>
/// What an update is, inside one run and epoch: a node's answer to one base version. There is at most one, since a node that trained twice
/// from the same base would average its own noise away.
/// </summary>
/// <param name="NodeId">The node.</param>
/// <param name="BaseVersion">The version it was computed from.</param>
public readonly record struct UpdateKey(string NodeId, long BaseVersion) : IComparable<UpdateKey>
{
    /// <summary>The unique key of an update in a run's journal stream: "epoch/baseVersion/nodeId".</summary>
    public string InJournal(long epoch) =>
        string.Create(CultureInfo.InvariantCulture, $"{epoch}/{BaseVersion}/{NodeId}");

    /// <summary>The order in which updates are merged: node id (ordinal), then base version.</summary>
    public int CompareTo(UpdateKey other)
    {
        var byNode = string.CompareOrdinal(NodeId, other.NodeId);
        return byNode != 0 ? byNode : BaseVersion.CompareTo(other.BaseVersion);
    }

    /// <summary>Whether <paramref name="left"/> is merged before <paramref name="right"/>.</summary>
    public static bool operator <(UpdateKey left, UpdateKey right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> is merged after <paramref name="right"/>.</summary>
    public static bool operator >(UpdateKey left, UpdateKey right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is merged before <paramref name="right"/>, or is the same.</summary>
    public static bool operator <=(UpdateKey left, UpdateKey right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is merged after <paramref name="right"/>, or is the same.</summary>
    public static bool operator >=(UpdateKey left, UpdateKey right) => left.CompareTo(right) >= 0;
}
