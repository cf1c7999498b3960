namespace Federated.Aggregation.Grains;

/// <summary>A node as the operator sees it.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="DisplayName">A name for people.</param>
/// <param name="Group">Its group.</param>
/// <param name="LastContact">Last call since this silo started, null = none.</param>
/// <param name="Progress">Last heartbeat since this silo started, null = none.</param>
/// <param name="Ledger">The highest ledger position that was ever shown.</param>
/// <param name="SoftwareVersion">As it said at its last check-in; empty = unknown.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.node-status")]
public sealed record NodeStatus(
    [property: Id(0)] string NodeId,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] string Group,
    [property: Id(3)] DateTimeOffset? LastContact,
    [property: Id(4)] NodeProgress? Progress,
    [property: Id(5)] LedgerMark Ledger,
    [property: Id(6)] string SoftwareVersion
);
