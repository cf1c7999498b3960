namespace Federated.Adapters;

/// <summary>How initial factors are found from public text.</summary>
public sealed record ExplainedVarianceOptions
{
    /// <summary>ρ ≥ 1: a layer may get up to ρ times its rank when ranks are redistributed; 1 leaves the ranks as they are.</summary>
    public double Rho { get; init; } = 2;

    /// <summary>Most tokens that are read, ≥ 1.</summary>
    public long MaxTokens { get; init; } = 65_536;

    /// <summary>A layer is done when each of its first r directions has at least this cosine to the span of those of twice the text. 0 … 1.</summary>
    public double Threshold { get; init; } = 0.99;

    /// <summary>Most ids, padding included, in one forward pass; a longer record gets a pass of its own.</summary>
    public int MaxTokensAtOnce { get; init; } = 2048;
}
