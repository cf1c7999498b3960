namespace Federated.Protocol;

/// <summary>An optimizer by name.</summary>
public sealed record OptimizerSection
{
    /// <summary>adamw | sgd | adafactor.</summary>
    public string Name { get; init; } = "adamw";

    /// <summary>&gt; 0.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Decoupled weight decay, applied after the noise. ≥ 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>sgd: share of the earlier steps that is kept. [0, 1).</summary>
    public double Momentum { get; init; }
}
