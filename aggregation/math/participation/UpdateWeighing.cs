namespace Federated.Aggregation;

/// <summary>
/// Turns a version's fresh updates into weighted ones: x ← x + η Σ c Δ with c = q · ω · scale, q = 1 ÷ N or a declared share (FedAU, Algorithm 1), or what another participation
/// method makes of them. Every method is linear in updates, fresh and remembered ones, so a merge sees coefficients only.
/// </summary>
/// <remarks>
/// The cost is that of the version's participants. FedVARP and MIFA also read one remembered update of every node: their cost, in time and in
/// kept blobs, is that of the whole population.
/// </remarks>
public static class UpdateWeighing
{
    /// <summary>Weighs all updates of a version. The result is in merge order, whatever the order of <paramref name="updates"/>.</summary>
    /// <remarks>Several updates of one node are averaged, so that the node counts once.</remarks>
    /// <param name="updates">Fresh updates; at most one for each node and base.</param>
    /// <param name="counters">A node's participation before this version.</param>
    /// <param name="policy">The run's participation weights.</param>
    /// <param name="version">The version being merged.</param>
    /// <param name="sizes">What each node of the run stands for, however many reported.</param>
    /// <param name="population">The population's participation before this version.</param>
    /// <param name="robust">The run's robust rule, whose norm bound comes before ω; null = none.</param>
    /// <param name="remembered">What is remembered of nodes that count in N; read only by methods that remember.</param>
    public static IReadOnlyList<WeightedUpdate> Weigh(
        IEnumerable<FreshUpdate> updates,
        Func<string, ParticipationCounters> counters,
        ParticipationPolicy policy,
        long version,
        NodeSizes sizes,
        PopulationParticipation population = default,
        RobustRule? robust = null,
        IEnumerable<RememberedUpdate>? remembered = null
    )
    {
        ILookup<string, FreshUpdate> byNode = updates.ToLookup(update => update.NodeId, StringComparer.Ordinal);
        var divisor = policy.Method.DividesByParticipants()
            ? Math.Max(byNode.Sum(ofNode => sizes.Of(ofNode.Key)), policy.LeastParticipants)
            : sizes.Total;
        var weighted = new List<WeightedUpdate>();
        foreach (IGrouping<string, FreshUpdate> ofNode in byNode)
        {
            var weight = policy.Weight(
                ofNode.Key,
                counters(ofNode.Key),
                version,
                sizes.InverseShare(ofNode.Key),
                population
            );
            var share = weight * sizes.Of(ofNode.Key) / divisor / ofNode.Count();
            weighted.AddRange(ofNode.Select(update => Weighed(update, weight, share, robust)));
        }

        foreach (var old in policy.Method.Remembers() ? remembered ?? [] : [])
        {
            // FedVARP: q for everybody's y, less its share among those here where it is replaced. MIFA: q for those that are not here.
            var isHere = byNode.Contains(old.NodeId);
            var size = sizes.Of(old.NodeId);
            var factor =
                policy.Method == ParticipationMethod.FedVarp ? (size / sizes.Total) - (isHere ? size / divisor : 0)
                : isHere ? 0
                : size / sizes.Total;
            if (factor != 0)
            {
                weighted.Add(Again(old, factor, version));
            }
        }

        weighted.Sort((left, right) => left.Key.CompareTo(right.Key));
        return weighted;
    }

    private static WeightedUpdate Weighed(FreshUpdate update, double weight, double share, RobustRule? robust)
    {
        var clip = robust?.ClipOf(update.Norm) ?? 1.0;
        return new(
            update.NodeId,
            update.BaseVersion,
            update.Digest,
            update.Staleness,
            update.Scale,
            weight,
            share * update.Scale * clip,
            clip
        );
    }

    // Counted as stale as it is, and never weighed by participation again.
    private static WeightedUpdate Again(RememberedUpdate old, double factor, long version) =>
        new(old.NodeId, old.BaseVersion, old.Digest, version - 1 - old.BaseVersion, old.Share, 1.0, factor * old.Share);
}
