namespace Federated.Protocol;

/// <summary>
/// Noise added by the silo, for a guarantee about whole nodes towards those who get the adapters. It does not protect from the silo, and comes beside what
/// nodes do themselves.
/// </summary>
public sealed record CentralPrivacySection
{
    /// <summary>Standard deviation of the noise ÷ sensitivity, where the sensitivity is maxUpdateNorm · η · max q · min(K, cap). &gt; 0.</summary>
    public double NoiseMultiplier { get; init; }

    /// <summary>C: an update is cut to this L2 norm. &gt; 0.</summary>
    public double MaxUpdateNorm { get; init; }

    /// <summary>δ at which the run is priced. (0, 1).</summary>
    public double Delta { get; init; } = 1e-6;

    /// <summary>ε that a node may be charged by the silo in all its runs. &gt; 0.</summary>
    public double BudgetEpsilon { get; init; }

    /// <summary>δ that a node may be charged by the silo in all its runs. (0, 1).</summary>
    public double BudgetDelta { get; init; } = 1e-5;
}
