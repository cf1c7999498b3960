using Federated.Adapters;

namespace Federated.ClientNode;

/// <summary>What a version is made of.</summary>
/// <param name="Values">All that the adapter holds, flat.</param>
/// <param name="Residual">The frozen products beside it, one for each layer; null = none.</param>
internal sealed record VersionContent(float[] Values, IReadOnlyList<LayerProduct>? Residual);
