namespace Federated.Aggregation;

/// <summary>How the merged pseudo-gradient Δ = Σ c Δ_i moves the adapter.</summary>
public enum ServerOptimizerKind
{
    /// <summary>x ← x + η Δ. No state.</summary>
    Sgd,

    /// <summary>m ← β₁ m + Δ; x ← x + η m (FedAvgM, Hsu et al. 2019).</summary>
    Momentum,

    /// <summary>v ← β₂ v + (1 − β₂) Δ² (FedAdam).</summary>
    Adam,

    /// <summary>v ← v − (1 − β₂) Δ² sign(v − Δ²) (FedYogi).</summary>
    Yogi,

    /// <summary>v ← v + Δ² (FedAdagrad).</summary>
    Adagrad,
}
