namespace Federated.Lab.Simulate;

/// <summary>How a population is drawn. The defaults are the paper's (Wang &amp; Ji 2024; config.py of IBM/fedau).</summary>
internal sealed record PopulationOptions
{
    /// <summary>Mean participation probability, in (0, 1].</summary>
    public double MeanParticipation { get; init; } = 0.1;

    /// <summary>The smallest participation probability, in (0, 1].</summary>
    public double ParticipationFloor { get; init; } = 0.02;

    /// <summary>Every node has the mean: participation says nothing about data.</summary>
    public bool Uniform { get; init; }

    /// <summary>α of the label shares: the smaller, the more a node holds one label only. &gt; 0.</summary>
    public double LabelConcentration { get; init; } = 0.1;

    /// <summary>α of the labels' participation. &gt; 0.</summary>
    public double ParticipationConcentration { get; init; } = 0.1;
}
