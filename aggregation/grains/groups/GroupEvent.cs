namespace Federated.Aggregation.Grains;

/// <summary>Something that has happened to a group and is durable.</summary>
/// <param name="At">When, UTC.</param>
internal abstract record GroupEvent(DateTimeOffset At);
