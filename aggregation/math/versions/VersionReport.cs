using System.Text.Json.Serialization;

namespace Federated.Aggregation;

/// <summary>How a version came about.</summary>
/// <param name="Nodes">N at the merge.</param>
/// <param name="Updates">The frozen updates in merge order, those left out included.</param>
/// <param name="CoefficientSum">Σ c.</param>
/// <param name="NoiseAmplification">√Σ c²: what the merge does to noise of the same size in each update.</param>
/// <param name="UniformNoiseAmplification">√Σ c² with ω = 1 (c = q) and no lateness: the yardstick.</param>
/// <param name="StepNorm">How far the adapter moved: ‖η Σ c Δ‖₂ or the optimizer's step, and in merges by products ‖B A − B_t A_t‖_F.</param>
/// <param name="Remembered">Updates of earlier versions that were merged again (FedVARP, MIFA); their blobs must be kept.</param>
public sealed record VersionReport(
    int Nodes,
    IReadOnlyList<UpdateReport> Updates,
    double CoefficientSum,
    double NoiseAmplification,
    double UniformNoiseAmplification,
    double StepNorm,
    int Remembered = 0
)
{
    /// <summary>What the merge did; null for versions of releases that knew one way to merge.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MergeReport? Merge { get; init; }

    /// <summary>The guarantee that the silo's noise gives; null without it. Norms of single updates are 0 then: hidden.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CentralReport? Central { get; init; }

    /// <summary>What the robust rule did; null without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RobustReport? Robust { get; init; }

    /// <summary>Reports a merge.</summary>
    /// <param name="nodes">N at the merge.</param>
    /// <param name="sizes">What each node stands for.</param>
    /// <param name="frozen">The frozen updates in merge order.</param>
    /// <param name="decisions">The decision about each of them, in the same order.</param>
    /// <param name="weighted">The merged ones, remembered updates included.</param>
    /// <param name="stepNorm">‖η Σ c Δ‖₂.</param>
    public static VersionReport For(
        int nodes,
        NodeSizes sizes,
        IReadOnlyList<AcceptedUpdate> frozen,
        IReadOnlyList<StalenessDecision> decisions,
        IReadOnlyList<WeightedUpdate> weighted,
        double stepNorm
    )
    {
        Dictionary<UpdateKey, WeightedUpdate> byKey = weighted.ToDictionary(update => update.Key);
        UpdateReport[] updates =
        [
            .. frozen.Zip(
                decisions,
                (update, decision) =>
                    byKey.TryGetValue(update.Key, out WeightedUpdate? merged)
                        ? new UpdateReport(
                            update.NodeId,
                            update.BaseVersion,
                            update.Digest,
                            merged.Staleness,
                            merged.Scale,
                            merged.Weight,
                            merged.Coefficient,
                            update.Norm,
                            merged.Clip
                        )
                        : new UpdateReport(
                            update.NodeId,
                            update.BaseVersion,
                            update.Digest,
                            decision.Staleness,
                            0,
                            0,
                            0,
                            update.Norm
                        )
            ),
        ];
        var uniform = updates
            .Where(update => update.Scale != 0)
            .GroupBy(update => update.NodeId)
            .Sum(ofNode =>
            {
                var size = sizes.Of(ofNode.Key);
                return size / sizes.Total * size / sizes.Total / ofNode.Count();
            });
        return new(
            nodes,
            updates,
            weighted.Sum(update => update.Coefficient),
            Math.Sqrt(weighted.Sum(update => update.Coefficient * update.Coefficient)),
            Math.Sqrt(uniform),
            stepNorm,
            weighted.Count - updates.Count(update => update.Scale != 0)
        );
    }
}
