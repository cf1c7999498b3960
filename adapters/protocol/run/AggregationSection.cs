namespace Federated.Protocol;

/// <summary>Weights, staleness, merge and server optimizer.</summary>
public sealed record AggregationSection
{
    /// <summary>Participation weights.</summary>
    public ParticipationSection Participation { get; init; } = new();

    /// <summary>ffa: exact merge of the B factors over a frozen A.</summary>
    public string Merge { get; init; } = "ffa";

    /// <summary>Correction of late updates.</summary>
    public StalenessSection Staleness { get; init; } = new();

    /// <summary>Applied to the merged pseudo-gradient.</summary>
    public OptimizerSection ServerOptimizer { get; init; } = new() { Name = "sgd", LearningRate = 1.0 };
}
