namespace Federated.Aggregation.Grains;

/// <summary>What the silo signs: the update is durable and will be counted once.</summary>
/// <param name="RunDigest">The run.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="BaseVersion">The version trained from.</param>
/// <param name="NodeId">The node.</param>
/// <param name="UpdateDigest">SHA-256 of the bytes.</param>
/// <param name="AcceptedInto">The version that was open.</param>
/// <param name="Ledger">The ledger entry that the update was attested with.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.unsigned-receipt")]
public sealed record UnsignedReceipt(
    [property: Id(0)] string RunDigest,
    [property: Id(1)] long Epoch,
    [property: Id(2)] long BaseVersion,
    [property: Id(3)] string NodeId,
    [property: Id(4)] string UpdateDigest,
    [property: Id(5)] long AcceptedInto,
    [property: Id(6)] LedgerMark Ledger
);
