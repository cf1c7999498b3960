using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Federated.Aggregation.Grains;

/// <summary>A run by its digest, from submission to its last version. Reads answer at any time, also while a version is being merged.</summary>
[Alias("federated.run")]
public interface IRunGrain : IGrainWithStringKey
{
    /// <summary>Makes the run durable and opens recruiting. Repeating it is harmless.</summary>
    /// <returns>Null, or what is wrong.</returns>
    [Alias("start")]
    Task<string?> StartAsync(RunStart start);

    /// <summary>Lets the run do what it can do by itself: its timer calls this, and whoever restarts a silo. Returns at once.</summary>
    [Alias("wake")]
    [OneWay]
    Task WakeAsync();

    /// <summary>Whether the run goes on by itself: its journal was read, and nobody has overtaken whoever answers.</summary>
    [Alias("is-awake")]
    [AlwaysInterleave]
    Task<bool> IsAwakeAsync();

    /// <summary>What the run has for a node now; counts as contact.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="isDeclined">The node takes no part any more: if it has left, it is not taken in again.</param>
    [Alias("answer")]
    [AlwaysInterleave]
    Task<RunAnswer> AnswerAsync(string nodeId, bool isDeclined = false);

    /// <summary>Waits until the run has changed since <paramref name="afterRevision"/>, or for <paramref name="wait"/>: for whoever watches it.</summary>
    /// <returns>The revision now.</returns>
    [Alias("wait-for-change")]
    [AlwaysInterleave]
    Task<long> WaitForChangeAsync(long afterRevision, TimeSpan wait, CancellationToken cancellation);

    /// <summary>
    /// Waits until the run may have another answer for its nodes than at <paramref name="afterMark"/>, or for <paramref name="wait"/>. An
    /// accepted update wakes no node: a version costs one answer a node, not one a node and update.
    /// </summary>
    [Alias("wait-for-work")]
    [AlwaysInterleave]
    Task WaitForWorkAsync(long afterMark, TimeSpan wait, CancellationToken cancellation);

    /// <summary>The owner's answer to the document.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="accepted">Yes or no.</param>
    /// <param name="reason">Why not.</param>
    /// <param name="declaredRecords">The owner's declared count; read by runs that weigh nodes by it.</param>
    [Alias("consent")]
    Task<ConsentAnswer> ConsentAsync(string nodeId, bool accepted, string reason, long? declaredRecords = null);

    /// <summary>Whether a node has consented to the run and is not suspended; one that has left still counts.</summary>
    [Alias("is-member")]
    [AlwaysInterleave]
    Task<bool> IsMemberAsync(string nodeId);

    /// <summary>Takes note that a node is alive.</summary>
    /// <returns>What the run asks of it.</returns>
    [Alias("heartbeat")]
    [AlwaysInterleave]
    Task<NodeCommand> HeartbeatAsync(string nodeId);

    /// <summary>A node that had left counts again.</summary>
    [Alias("return-node")]
    Task ReturnNodeAsync(string nodeId);

    /// <summary>Whether an update would be taken, before its bytes travel: a receipt when it was accepted before.</summary>
    [Alias("prepare-upload")]
    [AlwaysInterleave]
    Task<UploadAnswer> PrepareUploadAsync(UpdateOffer offer);

    /// <summary>Takes an update whose bytes are durable: checks everything, appends once, answers with the receipt.</summary>
    [Alias("accept")]
    [ResponseTimeout("00:05:00")]
    Task<UploadAnswer> AcceptAsync(UpdateOffer offer);

    /// <summary>What the worker made of a version; null = it could not judge. Repeating it is harmless.</summary>
    [Alias("record-evaluation")]
    Task RecordEvaluationAsync(byte[]? evaluation);

    /// <summary>Gives up the bytes of updates that the run's retention no longer keeps. Repeating it is harmless.</summary>
    /// <returns>When there may be more; null = not before something else happens.</returns>
    [Alias("sweep")]
    Task<DateTimeOffset?> SweepAsync();

    /// <summary>The run as the operator sees it; null = no such run.</summary>
    [Alias("status")]
    [AlwaysInterleave]
    Task<RunStatus?> StatusAsync();

    /// <summary>Published versions from <paramref name="fromVersion"/> on, at most 1000.</summary>
    [Alias("versions")]
    [AlwaysInterleave]
    Task<ImmutableArray<VersionSummary>> VersionsAsync(long fromVersion);

    /// <summary>Why the run is where it is; null = no such run.</summary>
    [Alias("explain")]
    [AlwaysInterleave]
    Task<RunExplanation?> ExplainAsync();

    /// <summary>The canonical document; null = no such run.</summary>
    [Alias("document")]
    [AlwaysInterleave]
    Task<byte[]?> DocumentAsync();

    /// <summary>Stops assigning and merging; uploads in flight are accepted and deadlines stand still.</summary>
    [Alias("pause")]
    Task<RunCommandAnswer> PauseAsync(string reason);

    /// <summary>Goes on after a pause.</summary>
    [Alias("resume")]
    Task<RunCommandAnswer> ResumeAsync();

    /// <summary>Ends the run; what is published stays.</summary>
    [Alias("cancel")]
    Task<RunCommandAnswer> CancelAsync(string reason);

    /// <summary>Takes a node out of the run and drops its updates that are not merged yet.</summary>
    [Alias("suspend-node")]
    Task<RunCommandAnswer> SuspendNodeAsync(string nodeId, string reason);

    /// <summary>Takes a suspended node in again.</summary>
    [Alias("reinstate-node")]
    Task<RunCommandAnswer> ReinstateNodeAsync(string nodeId);
}
