using System.Collections.Immutable;

namespace Federated.Privacy.Accounting;

/// <summary>Several events on the same data, one after the other; the list must not depend on the data. An empty list costs nothing.</summary>
public sealed record ComposedEvent : PrivacyEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="events">The phases, in any order.</param>
    /// <exception cref="ArgumentException">The array is default, or holds null.</exception>
    public ComposedEvent(ImmutableArray<PrivacyEvent> events)
    {
        if (events.IsDefault || events.Any(e => e is null))
        {
            throw new ArgumentException(
                "events holds null or is not set; give the phases as an array of events",
                nameof(events)
            );
        }

        Events = events;
    }

    /// <summary>The phases.</summary>
    public ImmutableArray<PrivacyEvent> Events { get; }

    /// <inheritdoc/>
    public bool Equals(ComposedEvent? other) => other is not null && Events.SequenceEqual(other.Events);

    /// <inheritdoc/>
    public override int GetHashCode() => Events.Aggregate(17, (hash, e) => HashCode.Combine(hash, e));
}
