using System.Collections.Immutable;

namespace Federated.Protocol;

/// <summary>FedAU (Wang &amp; Ji 2024) or a baseline.</summary>
public sealed record ParticipationSection
{
    /// <summary>fedau | fedavg | uniform | known | fedvarp | mifa.</summary>
    public string Method { get; init; } = "fedau";

    /// <summary>K: a participation interval is recorded at this length at the latest. ≥ 1.</summary>
    public int Cutoff { get; init; } = 50;

    /// <summary>N (never extrapolates one update) | none (as in the paper) | a number &gt; 0.</summary>
    public string WeightCap { get; init; } = "N";

    /// <summary>fedau: how many intervals of the population's mean each node starts with. ≥ 0; 0 = off, as in the paper.</summary>
    public double Shrinkage { get; init; }

    /// <summary>fedau: only this many of a node's newest intervals make its weight. ≥ 1; null = all, as in the paper.</summary>
    public int? Window { get; init; }

    /// <summary>known: the probability with which each node of participants.nodes takes part in a version. In (0, 1].</summary>
    public IReadOnlyDictionary<string, double> Probabilities { get; init; } = ImmutableDictionary<string, double>.Empty;
}
