using Microsoft.Extensions.Logging;

namespace Federated.Aggregation.Grains;

internal sealed partial class RunGrain
{
    [LoggerMessage(Level = LogLevel.Information, Message = "run {Name} started; recruiting")]
    private partial void LogStarted(string name);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "run {Name} goes on: {Phase}, newest version {Version}, {Events} events"
    )]
    private partial void LogResumed(string name, RunPhase phase, long version, long events);

    [LoggerMessage(Level = LogLevel.Information, Message = "node {NodeId} admitted; {Nodes} nodes")]
    private partial void LogAdmitted(string nodeId, int nodes);

    [LoggerMessage(Level = LogLevel.Information, Message = "node {NodeId} left after a long silence")]
    private partial void LogLeft(string nodeId);

    [LoggerMessage(Level = LogLevel.Information, Message = "node {NodeId} left: {Because}")]
    private partial void LogLeftByItself(string nodeId, string because);

    [LoggerMessage(Level = LogLevel.Information, Message = "node {NodeId} returned")]
    private partial void LogReturned(string nodeId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {NodeId} suspended: {Because}")]
    private partial void LogSuspended(string nodeId, string because);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "update of {NodeId} from version {BaseVersion} accepted into version {Version}; {Nodes} nodes have reported"
    )]
    private partial void LogAccepted(string nodeId, long baseVersion, long version, int nodes);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "update of {NodeId} from version {BaseVersion} refused, {Reason}: {Because}"
    )]
    private partial void LogRefused(string nodeId, long baseVersion, RejectionReason reason, string because);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "version {Version} closed with {Updates} updates: {Because}"
    )]
    private partial void LogClosed(long version, int updates, string because);

    [LoggerMessage(Level = LogLevel.Warning, Message = "version {Version}: quorum missed, {Because}")]
    private partial void LogQuorumMissed(long version, string because);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "version {Version}: deadline moved by a downtime of {Downtime}"
    )]
    private partial void LogDowntime(long version, TimeSpan downtime);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "version {Version} is {Digest}, of {Updates} updates; noise amplification {Amplification}"
    )]
    private partial void LogPublished(long version, string digest, int updates, double amplification);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "version {Version}: public loss {Loss} nats a token over {Tokens} tokens"
    )]
    private partial void LogEvaluated(long version, double loss, long tokens);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "version {Version} cannot be judged for now; next attempt in {Wait}"
    )]
    private partial void LogEvaluationFailed(Exception exception, long version, TimeSpan wait);

    [LoggerMessage(Level = LogLevel.Information, Message = "run {Name} paused: {Because}")]
    private partial void LogPaused(string name, string because);

    [LoggerMessage(Level = LogLevel.Information, Message = "run {Name} {Phase} {Because}")]
    private partial void LogEnded(string name, RunPhase phase, string because);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "run {Name}: the bytes of {Updates} updates are given up, kept for {KeptFor} after their versions"
    )]
    private partial void LogSwept(string name, int updates, TimeSpan keptFor);

    [LoggerMessage(Level = LogLevel.Error, Message = "the journal of run {RunDigest} cannot be read for now")]
    private partial void LogUnreadable(Exception exception, string runDigest);

    [LoggerMessage(Level = LogLevel.Warning, Message = "run {RunDigest} is read again: {Because}")]
    private partial void LogAbandoned(string runDigest, string because);

    [LoggerMessage(Level = LogLevel.Information, Message = "activation ends: {Because}")]
    private partial void LogSuperseded(string because);

    [LoggerMessage(Level = LogLevel.Error, Message = "the run cannot go on for now; next attempt in {Wait}")]
    private partial void LogStepFailed(Exception exception, TimeSpan wait);
}
