using Orleans.Concurrency;

namespace Federated.Aggregation.Grains;

/// <summary>A node by its id (SHA-256 of its public key): identity, liveness, and the way to work.</summary>
[Alias("federated.node")]
public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>Keeps key and group. Repeating it is harmless.</summary>
    [Alias("register")]
    Task RegisterAsync(NodeRegistration registration);

    /// <summary>The key that calls and attestations are checked with, DER SubjectPublicKeyInfo; null = no such node.</summary>
    [Alias("public-key")]
    [AlwaysInterleave]
    Task<byte[]?> PublicKeyAsync();

    /// <summary>What the node should do. Held while there is nothing, at most 25 s: an answer must arrive before the call times out.</summary>
    [Alias("check-in")]
    [AlwaysInterleave]
    Task<CheckInAnswer> CheckInAsync(NodeCheckIn checkIn, CancellationToken cancellation);

    /// <summary>Takes note of work in progress.</summary>
    [Alias("heartbeat")]
    [AlwaysInterleave]
    Task<NodeCommand> HeartbeatAsync(NodeProgress progress);

    /// <summary>Keeps the highest ledger position the node has shown.</summary>
    /// <returns>Null, or the refusal of a ledger that went back.</returns>
    [Alias("note-ledger")]
    Task<Refused?> NoteLedgerAsync(LedgerMark ledger);

    /// <summary>The node as the operator sees it; null = no such node.</summary>
    [Alias("status")]
    [AlwaysInterleave]
    Task<NodeStatus?> StatusAsync();
}
