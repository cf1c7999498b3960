using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>What a node says to a silo, and all of it. One attempt a call: <see cref="Resilience"/> decides about the next.</summary>
/// <remarks>
/// Every method throws <see cref="SiloUnreachableException"/> where trying again can help, and
/// <see cref="SiloRefusedException"/> where it cannot.
/// </remarks>
internal interface ISiloConnection : IAsyncDisposable
{
    /// <summary>Registers this node's key with the group that issued the token. Repeating it is harmless.</summary>
    Task<Membership> JoinAsync(string token, string displayName, CancellationToken cancellation);

    /// <summary>Asks for work.</summary>
    /// <param name="ledger">The head of the node's ledger, so that a restored older one is noticed.</param>
    /// <param name="wait">How long the silo may hold the call, at most 30 s.</param>
    /// <param name="declinedRuns">Digests that are not to be offered again.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<CheckInAnswer> CheckInAsync(
        LedgerHead ledger,
        TimeSpan wait,
        IReadOnlyCollection<string> declinedRuns,
        CancellationToken cancellation
    );

    /// <summary>The owner's answer to a run document.</summary>
    /// <param name="runDigest">The run.</param>
    /// <param name="accepted">Yes or no.</param>
    /// <param name="reason">Why not.</param>
    /// <param name="declaredRecords">The owner's declared count, for a run that weighs nodes by it; null for others.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Null when the node is admitted (or has declined); otherwise why it is not.</returns>
    Task<string?> ConsentAsync(
        string runDigest,
        bool accepted,
        string reason,
        long? declaredRecords,
        CancellationToken cancellation
    );

    /// <summary>Appends the bytes of a run from the target's position on.</summary>
    Task DownloadAsync(string runDigest, long version, RunBlob blob, Stream target, CancellationToken cancellation);

    /// <summary>Sends a sealed update.</summary>
    /// <param name="update">The bytes and what is claimed about them.</param>
    /// <param name="resume">True: ask first how much the silo holds already.</param>
    /// <param name="sent">Told the number of further bytes on their way.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    Task<UploadAnswer> UploadAsync(SealedUpdate update, bool resume, Action<long> sent, CancellationToken cancellation);

    /// <summary>Says how far the work is.</summary>
    /// <returns>What the silo wants.</returns>
    Task<SiloCommand> HeartbeatAsync(NodeProgress progress, CancellationToken cancellation);
}
