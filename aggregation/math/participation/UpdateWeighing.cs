namespace Federated.Aggregation;

/// <summary>Turns a version's fresh updates into weighted ones: x ← x + η Σ c Δ with c = ω · scale ÷ N (FedAU, Algorithm 1).</summary>
public static class UpdateWeighing
{
    /// <summary>Weighs all updates of a version. The result is in merge order, whatever the order of <paramref name="updates"/>.</summary>
    /// <remarks>Several updates of one node are averaged, so that the node counts once.</remarks>
    /// <param name="updates">Fresh updates; at most one for each node and base.</param>
    /// <param name="counters">A node's participation before this version.</param>
    /// <param name="policy">The run's participation weights.</param>
    /// <param name="version">The version being merged.</param>
    /// <param name="nodes">N, by which every coefficient is divided, however many nodes reported. ≥ 1.</param>
    public static IReadOnlyList<WeightedUpdate> Weigh(
        IEnumerable<FreshUpdate> updates,
        Func<string, ParticipationCounters> counters,
        ParticipationPolicy policy,
        long version,
        int nodes
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        var weighted = new List<WeightedUpdate>();
        foreach (IGrouping<string, FreshUpdate> ofNode in updates.GroupBy(update => update.NodeId))
        {
            var weight = policy.Weight(counters(ofNode.Key), version, nodes);
            var share = weight / nodes / ofNode.Count();
            weighted.AddRange(
                ofNode.Select(update => new WeightedUpdate(
                    update.NodeId,
                    update.BaseVersion,
                    update.Digest,
                    update.Staleness,
                    update.Scale,
                    weight,
                    share * update.Scale
                ))
            );
        }

        weighted.Sort((left, right) => left.Key.CompareTo(right.Key));
        return weighted;
    }
}
