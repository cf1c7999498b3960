namespace Federated.Protocol;

/// <summary>DP-SGD's public parameters (Abadi et al. 2016).</summary>
public sealed record PrivacySection
{
    /// <summary>gaussian: the production mechanism. test: seeded noise, reproducible and NOT private. none: no noise, NOT private.</summary>
    public string Mechanism { get; init; } = "gaussian";

    /// <summary>What one neighbouring data set may differ in: record, or subject with all records that name it.</summary>
    public string Unit { get; init; } = "record";

    /// <summary>unit subject: records of one subject that are used. Their mean gradient is clipped. ≥ 1; null with unit record.</summary>
    public int? MaxRecordsPerSubject { get; init; }

    /// <summary>σ ÷ C. &gt; 0, except with mechanism none, where it is 0.</summary>
    public double NoiseMultiplier { get; init; }

    /// <summary>
    /// ε that the whole plan may cost at <see cref="MaxSamplingRate"/> and <see cref="Delta"/>; the noise multiplier was found for it when the run was
    /// submitted, and stands beside it. Null: the noise was chosen itself. Finite and &gt; 0.
    /// </summary>
    public double? TargetEpsilon { get; init; }

    /// <summary>C, the L2 bound of one record's gradient; the first one with <see cref="AdaptiveClipping"/>. &gt; 0.</summary>
    public double MaxGradNorm { get; init; } = 1.0;

    /// <summary>Lets each node's bound follow its gradients; null: it is a constant.</summary>
    public AdaptiveClippingSection? AdaptiveClipping { get; init; }

    /// <summary>Public divisor of the noisy sum, the same at every node. ≥ 1.</summary>
    public int ExpectedBatchSize { get; init; } = 32;

    /// <summary>The largest sampling rate that a node may have. (0, 1].</summary>
    public double MaxSamplingRate { get; init; } = 0.05;

    /// <summary>δ at which plans are compared; each node prices at its own δ. (0, 1).</summary>
    public double Delta { get; init; } = 1e-6;
}
