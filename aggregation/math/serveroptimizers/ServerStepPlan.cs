namespace Federated.Aggregation;

/// <summary>What a merge must know to take an optimizer's step.</summary>
/// <param name="Rule">The optimizer.</param>
/// <param name="StateDigest">SHA-256 of the state after the version before; null = the first step.</param>
/// <param name="NoiseVariance">s²: variance of the noise in one coordinate of Σ c Δ, as far as the rule takes it out. ≥ 0.</param>
public sealed record ServerStepPlan(ServerOptimizerRule Rule, string? StateDigest, double NoiseVariance);
