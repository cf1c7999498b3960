namespace Federated.Aggregation.Grains;

/// <summary>What is appended: a kind, its UTF-8 JSON, and optionally a key that may stand only once in the stream.</summary>
/// <param name="Kind">The event's name, such as "update-accepted". Never renamed once written.</param>
/// <param name="Payload">UTF-8 JSON.</param>
/// <param name="UniqueKey">The identity of an update: epoch, base version, node. Null = none.</param>
public sealed record JournalRecord(string Kind, ReadOnlyMemory<byte> Payload, string? UniqueKey = null);
