using System.Collections.Immutable;

namespace Federated.Aggregation;

/// <summary>The nodes that have answered a run's document. Who of them counts is kept beside them, so that no event walks through all.</summary>
internal sealed record RunMembers
{
    /// <summary>Nobody.</summary>
    public static RunMembers None { get; } = new();

    private RunMembers() { }

    /// <summary>All of them, by id.</summary>
    public ImmutableSortedDictionary<string, RunMember> ById { get; private init; } =
        ImmutableSortedDictionary.Create<string, RunMember>(StringComparer.Ordinal);

    /// <summary>How many are admitted, and neither suspended nor gone.</summary>
    public int Admitted { get; private init; }

    /// <summary>The <see cref="RunMember.Size"/> of the admitted ones together.</summary>
    public long AdmittedSize { get; private init; }

    /// <summary>Those that were admitted and are suspended or gone now, by id.</summary>
    public ImmutableSortedSet<string> Away { get; private init; } =
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>These members, new or in the place of what they were.</summary>
    public RunMembers With(params IEnumerable<RunMember> changed)
    {
        var byId = ById.ToBuilder();
        var (admitted, size, away) = (Admitted, AdmittedSize, Away);
        foreach (RunMember member in changed)
        {
            if (byId.TryGetValue(member.NodeId, out RunMember? before) && before.Standing == NodeStanding.Admitted)
            {
                admitted--;
                size -= before.Size;
            }

            if (member.Standing == NodeStanding.Admitted)
            {
                admitted++;
                size += member.Size;
            }

            away = member.Standing is NodeStanding.Left or NodeStanding.Suspended
                ? away.Add(member.NodeId)
                : away.Remove(member.NodeId);
            byId[member.NodeId] = member;
        }

        return new()
        {
            ById = byId.ToImmutable(),
            Admitted = admitted,
            AdmittedSize = size,
            Away = away,
        };
    }
}
