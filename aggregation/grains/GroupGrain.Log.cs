using Microsoft.Extensions.Logging;

namespace Federated.Aggregation.Grains;

internal sealed partial class GroupGrain
{
    [LoggerMessage(Level = LogLevel.Information, Message = "node {NodeId} ({DisplayName}) joined")]
    private partial void LogJoined(string nodeId, string displayName);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a node was refused: {Because}")]
    private partial void LogJoinRefused(string because);

    [LoggerMessage(Level = LogLevel.Warning, Message = "group {Name} is read again: {Because}")]
    private partial void LogAbandoned(string name, string because);

    [LoggerMessage(Level = LogLevel.Information, Message = "run {Name} ({RunDigest}) submitted")]
    private partial void LogSubmitted(string name, string runDigest);
}
