namespace Federated.Aggregation;

/// <summary>
/// A plan's updates as one vector a node: what robust rules compare. A node with several updates has one vote, and its vector is x = Σ s Δ with
/// s = lateness · clip ÷ updates of the node; the plan merges Σ C x with C = ω ÷ N (or ÷ |P|).
/// </summary>
internal sealed class Candidates
{
    private readonly MergePlan _plan;

    public Candidates(MergePlan plan)
    {
        _plan = plan;
        var byNode = plan
            .Updates.Select((update, index) => (Update: update, Index: index))
            .GroupBy(pair => pair.Update.NodeId)
            .ToList();
        Nodes = [.. byNode.Select(ofNode => ofNode.Key)];
        Parts =
        [
            .. byNode.Select(ofNode =>
                (IReadOnlyList<(int, double)>)
                    [.. ofNode.Select(pair => (pair.Index, pair.Update.Scale * pair.Update.Clip / ofNode.Count()))]
            ),
        ];
        Weights = [.. Parts.Select(parts => plan.Updates[parts[0].Vector].Coefficient / parts[0].Factor)];
    }

    /// <summary>The nodes, in merge order.</summary>
    public IReadOnlyList<string> Nodes { get; }

    /// <summary>x of each node: (index of an update, s).</summary>
    public IReadOnlyList<IReadOnlyList<(int Vector, double Factor)>> Parts { get; }

    /// <summary>C of each node.</summary>
    public double[] Weights { get; }

    /// <summary>Σ C, which every rule keeps: it says where the step goes, not how much the nodes count together.</summary>
    public double TotalWeight => Weights.Sum();

    /// <summary>x of each node and, last, the centre that the version before left, if the rule begins there.</summary>
    public IReadOnlyList<IReadOnlyList<(int Vector, double Factor)>> PartsAndCentre =>
        KeepsCentre(_plan) && _plan.Centre is not null ? [.. Parts, [(_plan.Updates.Count, 1.0)]] : Parts;

    /// <summary>Whether the rule goes on from version to version: only with a frozen A do the products' centres have factors of the layout.</summary>
    public static bool KeepsCentre(MergePlan plan) =>
        plan is { Robust.Method: RobustMethod.CenteredClip, Method: MergeMethod.Ffa };

    /// <summary>The plan with the rule's result in place of the weighted mean: c = Σ C · λ · s.</summary>
    /// <param name="shares">λ of each node and, where there is one, of the centre.</param>
    public MergePlan Weighed(double[] shares)
    {
        var total = TotalWeight;
        var coefficients = new double[_plan.Updates.Count];
        for (var node = 0; node < Parts.Count; node++)
        {
            foreach (var (vector, factor) in Parts[node])
            {
                coefficients[vector] = total * shares[node] * factor;
            }
        }

        var weighed = _plan.WithCoefficients(coefficients);
        return KeepsCentre(_plan)
            ? weighed.WithCentre(shares.Length > Parts.Count ? total * shares[^1] : 0, total)
            : weighed;
    }
}
