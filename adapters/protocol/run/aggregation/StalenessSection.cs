namespace Federated.Protocol;

/// <summary>How a late update is treated.</summary>
public sealed record StalenessSection
{
    /// <summary>weighted: scaled by (1 + τ)^-exponent (Xie et al. 2019). drop: refused into the merge.</summary>
    public string Method { get; init; } = "weighted";

    /// <summary>Exponent of the polynomial. 0 … 10.</summary>
    public double Exponent { get; init; } = 0.5;
}
