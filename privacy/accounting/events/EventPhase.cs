namespace Federated.Privacy.Accounting;

/// <summary>A run of equal Poisson-sampled Gaussian steps; q = 1 is the plain Gaussian.</summary>
internal readonly record struct EventPhase(double SamplingRate, double NoiseMultiplier, long Steps);
