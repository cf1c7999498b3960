namespace Federated.Protocol;

/// <summary>The local program that turns a base version into an update.</summary>
public sealed record LocalSection
{
    /// <summary>Optimizer steps per update. ≥ 1.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>The local optimizer.</summary>
    public OptimizerSection Optimizer { get; init; } = new();

    /// <summary>Tokens of a record that are used; the rest is cut. 2 … the model's context.</summary>
    public int MaxSequenceLength { get; init; } = 128;
}
