namespace Federated.Privacy.Accounting;

/// <summary>The same event, a fixed number of times, each with fresh randomness. The count must not depend on the data.</summary>
public sealed record RepeatedEvent : PrivacyEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="event">The event that repeats.</param>
    /// <param name="count">How often; ≥ 0 (0 releases nothing and costs nothing).</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public RepeatedEvent(PrivacyEvent @event, long count)
    {
        ArgumentNullException.ThrowIfNull(@event);
        Event = @event;
        Count = PrivacyArgument.Steps(count, nameof(count));
    }

    /// <summary>The event that repeats.</summary>
    public PrivacyEvent Event { get; }

    /// <summary>How often it happens.</summary>
    public long Count { get; }
}
