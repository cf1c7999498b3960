namespace Federated.Aggregation.Grains;

/// <summary>One durable entry of a stream.</summary>
/// <param name="Sequence">1, 2, 3 … without gaps.</param>
/// <param name="Kind">The event's name.</param>
/// <param name="Payload">UTF-8 JSON.</param>
public sealed record JournalEntry(long Sequence, string Kind, ReadOnlyMemory<byte> Payload);
