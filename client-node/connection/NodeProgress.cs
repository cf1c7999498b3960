namespace Federated.ClientNode;

/// <summary>What a heartbeat says. Nothing in it derives from records.</summary>
internal sealed record NodeProgress
{
    /// <summary>The run that is worked for.</summary>
    public required string RunDigest { get; init; }

    /// <summary>The version that is worked from.</summary>
    public long BaseVersion { get; init; }

    /// <summary>What is being done.</summary>
    public NodePhase Phase { get; init; }

    /// <summary>Local steps done.</summary>
    public int Step { get; init; }

    /// <summary>Local steps of the update.</summary>
    public int Steps { get; init; }

    /// <summary>Bytes of updates sent for the run so far.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes of adapters received for the run so far.</summary>
    public long BytesReceived { get; init; }

    /// <summary>ε of the run's plan; 0 when the owner does not show it.</summary>
    public double EpsilonReserved { get; init; }

    /// <summary>ε budget of the source; 0 when the owner does not show it.</summary>
    public double EpsilonBudget { get; init; }

    /// <summary>ε of the steps sealed so far; 0 when the owner does not show it.</summary>
    public double EpsilonOfStepsDone { get; init; }
}
