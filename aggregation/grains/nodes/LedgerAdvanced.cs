namespace Federated.Aggregation.Grains;

/// <summary>The node has shown a later position of its privacy ledger.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Sequence">Number of entries.</param>
/// <param name="Hash">Hash of the last one.</param>
internal sealed record LedgerAdvanced(DateTimeOffset At, long Sequence, string Hash) : NodeEvent(At);
