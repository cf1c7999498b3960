namespace Federated.Aggregation;

/// <summary>How nodes that are often absent are weighed. P = the nodes merged in a version, N = the nodes of the run.</summary>
public enum ParticipationMethod
{
    /// <summary>Mean participation interval, divided by N (Wang &amp; Ji 2024).</summary>
    FedAu,

    /// <summary>1 ÷ N for each: "average all". Biased towards nodes that are often there, and slow.</summary>
    Uniform,

    /// <summary>1 ÷ |P| for each: "average participating", plain FedAvg (McMahan et al. 2017). Biased in the same way.</summary>
    FedAvg,

    /// <summary>1 ÷ (N p): the true probabilities of participation, from the run document.</summary>
    Known,

    /// <summary>
    /// Fresh updates replace remembered ones (Jhunjhunwala et al. 2022): (1 ÷ |P|) Σ_P (Δ − y) + (1 ÷ N) Σ y, y = a node's update that was
    /// merged last. Needs one update of each node kept.
    /// </summary>
    FedVarp,

    /// <summary>The mean of everybody's newest update (Gu et al. 2021): (1 ÷ N) Σ y. Needs one update of each node kept.</summary>
    Mifa,
}
