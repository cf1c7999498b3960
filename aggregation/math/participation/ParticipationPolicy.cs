namespace Federated.Aggregation;

/// <summary>The weights ω of a run's nodes.</summary>
/// <param name="Method">FedAU or a baseline.</param>
/// <param name="Cutoff">K of FedAU. ≥ 1; null = no cutoff.</param>
/// <param name="Cap">The largest weight.</param>
public sealed record ParticipationPolicy(ParticipationMethod Method, long? Cutoff, WeightCap Cap)
{
    /// <summary>FedAU with K = 50 and cap N.</summary>
    public static ParticipationPolicy Default { get; } = new(ParticipationMethod.FedAu, 50, WeightCap.Nodes);

    /// <summary>FedAU: how many of a node's newest intervals make its weight. ≥ 1; null = all, as in the paper.</summary>
    public int? Window { get; init; }

    /// <summary>
    /// FedAU: how many intervals of the whole population's mean each node starts with: ω ← (M ω + m ω̄) ÷ (M + m). It tames the noisy weights of
    /// nodes with few intervals. ≥ 0; 0 = off, as in the paper.
    /// </summary>
    public double Shrinkage { get; init; }

    /// <summary>Known: the probability of each node, by id or prefix of it. In (0, 1].</summary>
    public IReadOnlyDictionary<string, double> Probabilities { get; init; } = new Dictionary<string, double>();

    /// <summary>fedavg divides by at least this many nodes, so that no update counts more than 1 ÷ this. ≥ 1.</summary>
    public int LeastParticipants { get; init; } = 1;

    /// <summary>ω of a node's updates in a version.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="counters">Its counters, counted up to <paramref name="version"/> at most.</param>
    /// <param name="version">The version being merged.</param>
    /// <param name="inverseShare">1 ÷ q of the node (<see cref="NodeSizes.InverseShare"/>): N where all count the same. ≥ 1.</param>
    /// <param name="population">The population's participation before this version.</param>
    /// <exception cref="UnknownProbabilityException">Known, and the node has no probability.</exception>
    public double Weight(
        string nodeId,
        ParticipationCounters counters,
        long version,
        double inverseShare,
        PopulationParticipation population
    ) =>
        Method switch
        {
            ParticipationMethod.FedAu => Cap.Apply(
                Shrunk(counters.AdvanceTo(version, Cutoff), population),
                inverseShare
            ),
            ParticipationMethod.Known => Cap.Apply(1 / Probability(nodeId), inverseShare),
            _ => 1.0,
        };

    private double Shrunk(ParticipationCounters counters, PopulationParticipation population)
    {
        if (Shrinkage == 0)
        {
            return counters.Weight;
        }

        var prior = Math.Min(population.MeanInterval, Cutoff ?? double.PositiveInfinity);
        return ((counters.Intervals * counters.Weight) + (Shrinkage * prior)) / (counters.Intervals + Shrinkage);
    }

    private double Probability(string nodeId)
    {
        if (Probabilities.TryGetValue(nodeId, out var exact))
        {
            return exact;
        }

        foreach (var (prefix, probability) in Probabilities)
        {
            if (nodeId.StartsWith(prefix, StringComparison.Ordinal))
            {
                return probability;
            }
        }

        throw new UnknownProbabilityException(nodeId);
    }
}
