namespace Federated.Protocol;

/// <summary>An optimizer by name.</summary>
public sealed record OptimizerSection
{
    /// <summary>adamw | sgd.</summary>
    public string Name { get; init; } = "adamw";

    /// <summary>&gt; 0.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Decoupled weight decay, applied after the noise. ≥ 0.</summary>
    public double WeightDecay { get; init; }
}
