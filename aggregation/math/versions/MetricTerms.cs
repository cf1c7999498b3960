namespace Federated.Aggregation;

/// <summary>The noised metric that updates must carry.</summary>
/// <param name="Every">From every how many base versions; ≥ 1.</param>
/// <param name="NoiseMultiplier">Noise standard deviation ÷ lossClip.</param>
/// <param name="LossClip">The most that one record adds, nats.</param>
public sealed record MetricTerms(int Every, double NoiseMultiplier, double LossClip);
