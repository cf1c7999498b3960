namespace Federated.Protocol;

/// <summary>FedAU (Wang &amp; Ji 2024) or a baseline.</summary>
public sealed record ParticipationSection
{
    /// <summary>fedau | uniform.</summary>
    public string Method { get; init; } = "fedau";

    /// <summary>K: a participation interval is recorded at this length at the latest. ≥ 1.</summary>
    public int Cutoff { get; init; } = 50;

    /// <summary>N (never extrapolates one update) | none (as in the paper) | a number &gt; 0.</summary>
    public string WeightCap { get; init; } = "N";
}
