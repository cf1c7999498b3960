namespace Federated.ClientNode;

/// <summary>Why a node stopped working by itself.</summary>
internal enum LoopEnd
{
    /// <summary>Its run is complete.</summary>
    Completed,

    /// <summary>Its run failed or was cancelled.</summary>
    Failed,

    /// <summary>The owner's policy declined the run.</summary>
    Declined,
}
