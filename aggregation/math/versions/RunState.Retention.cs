using System.Collections.Immutable;

namespace Federated.Aggregation;

// Which bytes of updates are still needed, and since when the others are not.
public sealed partial record RunState
{
    /// <summary>When it completed, failed or was cancelled; null before.</summary>
    public DateTimeOffset? EndedAt { get; private init; }

    /// <summary>Accepted updates whose bytes the run has given up. They still count, and are never accepted again.</summary>
    public ImmutableHashSet<UpdateKey> Swept { get; private init; } = ImmutableHashSet<UpdateKey>.Empty;

    /// <summary>When the newest of them were given up; null = none were.</summary>
    public DateTimeOffset? SweptAt { get; private init; }

    /// <summary>The updates whose time has passed and whose bytes nothing that is still to come reads, in merge order.</summary>
    /// <param name="now">The time.</param>
    /// <remarks>
    /// An update's time begins when its version is published, or the run has ended without it. What FedVARP and MIFA merge again, and what the open
    /// version is going to merge, is kept however old it is.
    /// </remarks>
    public IReadOnlyList<UpdateKey> Expired(DateTimeOffset now)
    {
        var needed = NeededDigests();
        return
        [
            .. Kept()
                .Where(update => SettledAt(update) + Terms.KeepUpdates <= now && !needed.Contains(update.Digest))
                .Select(update => update.Key)
                .Order(),
        ];
    }

    /// <summary>When the next update may expire; null = none that is there now, until something else happens.</summary>
    public DateTimeOffset? NextExpiry
    {
        get
        {
            var needed = NeededDigests();
            return Kept()
                .Where(update => !needed.Contains(update.Digest))
                .Select(update => SettledAt(update) + Terms.KeepUpdates)
                .Min();
        }
    }

    // With central privacy raw updates are gone as soon as their version is there.
    private IEnumerable<AcceptedUpdate> Kept() =>
        Terms.Central is null ? Accepted.Values.Where(update => !Swept.Contains(update.Key)) : [];

    // null + a time is null, and no time is later than it.
    private DateTimeOffset? SettledAt(AcceptedUpdate update) =>
        update.AcceptedInto < Published.Count ? Published[(int)update.AcceptedInto].PublishedAt : EndedAt;

    // The same bytes may stand for an older update and for one that is still needed.
    private HashSet<string> NeededDigests() =>
        Phase.HasEnded()
            ? []
            :
            [
                .. (Open?.Updates.Values ?? []).Select(update => update.Digest),
                .. (Open?.Decisions ?? []).Select(decision => decision.CorrectedDigest),
                .. Members.Values.SelectMany(member => member.Remembered).Select(remembered => remembered.Digest),
            ];

    private RunState Sweep(UpdatesSwept e)
    {
        var expired = Expired(e.At).ToHashSet();
        Require(
            e,
            e.Updates.Count > 0 && e.Updates.All(expired.Contains),
            "an update of it is still needed, or its time has not passed"
        );
        return this with { Swept = Swept.Union(e.Updates), SweptAt = e.At };
    }
}
