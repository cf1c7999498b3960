namespace Federated.Protocol;

/// <summary>
/// The silo takes ranks from the directions that have learnt least and trains on with the rest (in the spirit of AdaLoRA, Zhang et al. 2023).
/// Decided from published versions alone, so free of ε. With <c>factors: b</c> only.
/// </summary>
public sealed record RankAllocationSection
{
    /// <summary>Active directions of a layer at the end, in the mean over the layers. 1 … rank.</summary>
    public required int TargetRank { get; init; }

    /// <summary>The last version at which all directions are active. ≥ 1.</summary>
    public required int From { get; init; }

    /// <summary>The version at which the target is reached, along a cubic curve. From + 1 … versions.</summary>
    public required int To { get; init; }
}
