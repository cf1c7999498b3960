namespace Federated.Adapters;

/// <summary>How far the reading of public text is.</summary>
/// <param name="Tokens">Tokens read.</param>
/// <param name="Settled">Layers that are done.</param>
/// <param name="Layers">All layers.</param>
public readonly record struct ExplainedVarianceProgress(long Tokens, int Settled, int Layers);
