namespace Federated.Aggregation;

/// <summary>A server optimizer and its public numbers (Reddi et al. 2021, Algorithm 2).</summary>
public sealed record ServerOptimizerRule
{
    /// <summary>x ← x + Δ.</summary>
    public static ServerOptimizerRule Plain { get; } = new();

    /// <summary>Which one.</summary>
    public ServerOptimizerKind Kind { get; init; }

    /// <summary>η. &gt; 0.</summary>
    public double LearningRate { get; init; } = 1.0;

    /// <summary>β₁ of the momentum. [0, 1).</summary>
    public double Beta1 { get; init; }

    /// <summary>β₂ of the second moment, for adam and yogi. [0, 1).</summary>
    public double Beta2 { get; init; }

    /// <summary>τ, added to √v. &gt; 0 where there is a v.</summary>
    public double Tau { get; init; } = 1e-3;

    /// <summary>
    /// Flower's form instead of the paper's: v begins at 0 and not at τ², and adam's rate is η √(1 − β₂^(t+1)) ÷ (1 − β₁^(t+1)), t = 1 in the first
    /// step.
    /// </summary>
    public bool FlowerVariant { get; init; }

    /// <summary>
    /// Standard deviation of the noise in one coordinate of one update, whose share in v is taken out again: √max(v − s², τ²) instead of √v + τ, after
    /// DP-AdamBC (Tang et al. 2024). 0 = it is left in.
    /// </summary>
    public double UpdateNoise { get; init; }

    /// <summary>Whether there is something to remember from version to version.</summary>
    public bool HasState => Kind != ServerOptimizerKind.Sgd;

    /// <summary>Whether it divides by √v.</summary>
    public bool IsAdaptive =>
        Kind is ServerOptimizerKind.Adam or ServerOptimizerKind.Yogi or ServerOptimizerKind.Adagrad;
}
