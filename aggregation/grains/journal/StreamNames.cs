namespace Federated.Aggregation.Grains;

/// <summary>How streams are named.</summary>
public static class StreamNames
{
    /// <summary>What names of group streams begin with.</summary>
    public const string GroupPrefix = "group/";

    /// <summary>What names of run streams begin with.</summary>
    public const string RunPrefix = "run/";

    /// <summary>What names of node streams begin with.</summary>
    public const string NodePrefix = "node/";

    /// <summary>The stream of a group.</summary>
    public static string OfGroup(string name) => GroupPrefix + name;

    /// <summary>The stream of a run.</summary>
    public static string OfRun(string runDigest) => RunPrefix + runDigest;

    /// <summary>The run of a stream.</summary>
    public static string RunOf(string stream) => stream[RunPrefix.Length..];

    /// <summary>The stream of a node.</summary>
    public static string OfNode(string nodeId) => NodePrefix + nodeId;
}
