namespace Federated.ClientNode;

/// <summary>What a silo asks of a working node, in answer to a heartbeat. What is begun is finished and sent, except after a cancel.</summary>
internal enum SiloCommand
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>The run is over: stop training, send nothing.</summary>
    Cancel,

    /// <summary>The run is paused: the next check-in will say wait.</summary>
    Pause,

    /// <summary>The silo goes away for a while: uploads are repeated until it is back.</summary>
    Drain,
}
