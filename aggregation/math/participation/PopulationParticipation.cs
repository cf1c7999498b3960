namespace Federated.Aggregation;

/// <summary>How often the nodes of a run take part, all together: two integers, brought up to date once a version.</summary>
/// <param name="NodeVersions">Σ N over the published versions.</param>
/// <param name="Participations">Σ |P| over the published versions.</param>
public readonly record struct PopulationParticipation(long NodeVersions, long Participations)
{
    /// <summary>ω̄: versions for each participation of a node, the pooled estimate of 1 ÷ p. 1 before the first version. ≥ 1.</summary>
    public double MeanInterval => Participations == 0 ? 1.0 : Math.Max(1.0, (double)NodeVersions / Participations);

    /// <summary>After one more version.</summary>
    /// <param name="nodes">N.</param>
    /// <param name="participants">|P|.</param>
    public PopulationParticipation With(int nodes, int participants) =>
        new(NodeVersions + nodes, Participations + participants);
}
