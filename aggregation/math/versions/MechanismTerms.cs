namespace Federated.Aggregation;

/// <summary>The mechanism that the run document demands of every node; an attestation must agree with it.</summary>
/// <param name="Mechanism">gaussian | test | none. Only gaussian is private.</param>
/// <param name="Unit">record.</param>
/// <param name="NoiseMultiplier">σ ÷ C.</param>
/// <param name="MaxGradNorm">C.</param>
/// <param name="ExpectedBatchSize">Public divisor of the noisy sum.</param>
/// <param name="Steps">Optimizer steps of one update.</param>
public sealed record MechanismTerms(
    string Mechanism,
    string Unit,
    double NoiseMultiplier,
    double MaxGradNorm,
    int ExpectedBatchSize,
    int Steps
)
{
    /// <summary>True: each node's bound follows its gradients, and <see cref="MaxGradNorm"/> is the first one.</summary>
    public bool AdaptiveClipping { get; init; }

    /// <summary>The noised metric of held-out records; null = none.</summary>
    public MetricTerms? Metrics { get; init; }

    /// <summary>Whether the run takes only updates that are attested as private.</summary>
    public bool DemandsPrivacy => Mechanism is not ("test" or "none");
}
