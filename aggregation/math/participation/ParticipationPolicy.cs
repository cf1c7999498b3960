namespace Federated.Aggregation;

/// <summary>The weights ω of a run's nodes.</summary>
/// <param name="Method">FedAU or uniform.</param>
/// <param name="Cutoff">K of FedAU. ≥ 1; null = no cutoff.</param>
/// <param name="Cap">The largest weight.</param>
public sealed record ParticipationPolicy(ParticipationMethod Method, long? Cutoff, WeightCap Cap)
{
    /// <summary>FedAU with K = 50 and cap N.</summary>
    public static ParticipationPolicy Default { get; } = new(ParticipationMethod.FedAu, 50, WeightCap.Nodes);

    /// <summary>ω of a node's updates in a version.</summary>
    /// <param name="counters">The node's counters, counted up to <paramref name="version"/> at most.</param>
    /// <param name="version">The version being merged.</param>
    /// <param name="nodes">N: admitted nodes that are neither suspended nor gone. ≥ 1.</param>
    public double Weight(ParticipationCounters counters, long version, int nodes) =>
        Method == ParticipationMethod.Uniform ? 1.0 : Cap.Apply(counters.AdvanceTo(version, Cutoff).Weight, nodes);
}
