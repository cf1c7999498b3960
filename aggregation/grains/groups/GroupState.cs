using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>A group as a value: the fold of its events.</summary>
internal sealed record GroupState
{
    /// <summary>Number of events so far.</summary>
    public long Revision { get; private init; }

    /// <summary>Invitations by the hash of their token.</summary>
    public ImmutableDictionary<string, InvitationIssued> Invitations { get; private init; } =
        ImmutableDictionary.Create<string, InvitationIssued>(StringComparer.Ordinal);

    /// <summary>How many nodes have used an invitation.</summary>
    public ImmutableDictionary<string, int> Uses { get; private init; } =
        ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Members in the order of joining.</summary>
    public ImmutableList<NodeJoined> Members { get; private init; } = [];

    /// <summary>Runs in the order of submission.</summary>
    public ImmutableList<RunSubmitted> Runs { get; private init; } = [];

    /// <summary>The state after an event.</summary>
    public GroupState Apply(GroupEvent next) =>
        (
            next switch
            {
                InvitationIssued e => this with { Invitations = Invitations.SetItem(e.TokenHash, e) },
                NodeJoined e => this with
                {
                    Members = Members.Add(e),
                    Uses = Uses.SetItem(e.TokenHash, Uses.GetValueOrDefault(e.TokenHash) + 1),
                },
                RunSubmitted e => this with { Runs = Runs.Add(e) },
                _ => throw new InvalidOperationException($"{next.GetType().Name} is no event of a group"),
            }
        ) with
        {
            Revision = Revision + 1,
        };
}
