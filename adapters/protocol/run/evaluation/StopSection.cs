namespace Federated.Protocol;

/// <summary>When a run ends before its last version. The plan's ε stands whatever happens.</summary>
public sealed record StopSection
{
    /// <summary>Evaluations in a row without improvement after which the run ends. ≥ 1.</summary>
    public int Patience { get; init; } = 5;

    /// <summary>By how much the public loss, in nats a token, must fall below the best to count as better. ≥ 0.</summary>
    public double MinDelta { get; init; } = 0.001;
}
