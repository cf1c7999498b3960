namespace Federated.ClientNode;

/// <summary>What a node is doing.</summary>
internal enum NodePhase
{
    /// <summary>Nothing.</summary>
    Idle,

    /// <summary>Fetching the base version.</summary>
    Downloading,

    /// <summary>Local steps.</summary>
    Training,

    /// <summary>Making the update durable.</summary>
    Sealing,

    /// <summary>Sending it.</summary>
    Uploading,

    /// <summary>For the next version.</summary>
    Waiting,
}
