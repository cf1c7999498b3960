using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>
/// The rules that look at distances: one pass over the blobs gives all inner products, from which the rule finds new coefficients. The merge then goes
/// on as any other, by every method.
/// </summary>
/// <remarks>
/// With a frozen A distances between updates are distances between products. Otherwise they are taken between the products ΔW = B A − B_s A_s themselves, by their factors.
/// Memory is one block of each update, or one layer of each.
/// </remarks>
internal static class RobustWeighing
{
    /// <summary>Applies the plan's rule.</summary>
    /// <returns>The plan with new coefficients, and what the rule made of each node.</returns>
    public static async Task<(MergePlan Plan, IReadOnlyList<NodeFinding> Findings)> WeighAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CancellationToken cancellation
    )
    {
        var rule = plan.Robust!;
        var candidates = new Candidates(plan);
        var updates =
            plan.Method == MergeMethod.Ffa
                ? await UpdateProducts.OfVectorsAsync(plan, layout, open, cancellation).ConfigureAwait(false)
                : await UpdateProducts.OfLayersAsync(plan, layout, open, cancellation).ConfigureAwait(false);
        var gram = updates.Combine(candidates.PartsAndCentre);
        var shares = Shares(rule, gram, candidates.Weights);
        var findings = NodeFinding.Of(
            candidates.Nodes,
            gram.DistancesFrom(shares)[..candidates.Nodes.Count],
            shares[..candidates.Nodes.Count]
        );
        return (candidates.Weighed(shares), findings);
    }

    internal static double[] Shares(RobustRule rule, GramMatrix gram, double[] weights) =>
        rule.Method switch
        {
            RobustMethod.Krum => DistanceRules.Krum(gram, weights, rule.Byzantine, 1),
            RobustMethod.MultiKrum => DistanceRules.Krum(
                gram,
                weights,
                rule.Byzantine,
                rule.Select ?? gram.Count - rule.Byzantine
            ),
            RobustMethod.GeometricMedian => DistanceRules.GeometricMedian(gram, weights, rule.Iterations),
            RobustMethod.CenteredClip => DistanceRules.CenteredClip(gram, weights, rule.Radius, rule.Iterations),
            _ => throw new ArgumentException($"{rule.Method} does not go by distances", nameof(rule)),
        };
}
