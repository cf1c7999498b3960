namespace Federated.Adapters;

/// <summary>The A of one layer, with orthonormal rows.</summary>
/// <param name="Path">The base layer's path.</param>
/// <param name="Rank">r, the rows.</param>
/// <param name="InFeatures">Width of the layer's input, the columns.</param>
/// <param name="Values">[r, InFeatures], row-major.</param>
public sealed record InitialFactor(string Path, int Rank, int InFeatures, ReadOnlyMemory<float> Values);
