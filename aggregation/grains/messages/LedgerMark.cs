namespace Federated.Aggregation.Grains;

/// <summary>A position of a node's privacy ledger.</summary>
/// <param name="Sequence">Number of entries.</param>
/// <param name="Hash">Hash of the last one, which covers all before it.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.ledger-mark")]
public sealed record LedgerMark([property: Id(0)] long Sequence, [property: Id(1)] string Hash);
