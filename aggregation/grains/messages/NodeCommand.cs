namespace Federated.Aggregation.Grains;

/// <summary>What a silo asks of a working node, in the answer to a heartbeat.</summary>
[GenerateSerializer]
[Alias("federated.node-command")]
public enum NodeCommand
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>The run is over, or the node is out of it: stop the work.</summary>
    Cancel,

    /// <summary>The run is paused: finish and seal, start nothing new.</summary>
    Pause,

    /// <summary>The silo is going down: finish, seal and keep trying.</summary>
    Drain,
}
