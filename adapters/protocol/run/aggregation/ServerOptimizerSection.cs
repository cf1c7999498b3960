namespace Federated.Protocol;

/// <summary>How the merged pseudo-gradient Δ moves the adapter (Reddi et al. 2021).</summary>
public sealed record ServerOptimizerSection
{
    /// <summary>sgd | avgm (momentum) | adam | yogi | adagrad.</summary>
    public string Name { get; init; } = "sgd";

    /// <summary>η. &gt; 0.</summary>
    public double LearningRate { get; init; } = 1.0;

    /// <summary>Only nodes decay weights; 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>β₁: momentum. [0, 1). Not read by sgd; adagrad's default is 0.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂ of adam and yogi. [0, 1).</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>τ: the degree of adaptivity, added to √v. &gt; 0.</summary>
    public double Tau { get; init; } = 1e-3;

    /// <summary>
    /// paper: v₀ = τ² and no bias correction. flower: v₀ = 0, and adam's rate is corrected by √(1 − β₂^(t+1)) ÷ (1 − β₁^(t+1)), t = 1 in the first
    /// version.
    /// </summary>
    public string Variant { get; init; } = "paper";

    /// <summary>
    /// Noise of one update, per coordinate, whose share in v is taken out again: max(v − s², τ²). none | auto (closed form, local sgd only) | a number
    /// &gt; 0.
    /// </summary>
    public string UpdateNoise { get; init; } = "none";

    /// <summary>Whether the optimizer divides by √v.</summary>
    public bool IsAdaptive => Name is "adam" or "yogi" or "adagrad";
}
