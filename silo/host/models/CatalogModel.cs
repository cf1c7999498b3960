using System.Collections.Immutable;
using Federated.Adapters.Models;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>A base model that runs of this silo may name: what it is, and which layers it has. Its weights are never loaded.</summary>
/// <param name="Name">The name in run documents.</param>
/// <param name="Folder">Its Hugging Face folder.</param>
/// <param name="Digest">SHA-256 over the sorted per-file digests.</param>
/// <param name="Shapes">Its linear layers, in order, and its context.</param>
internal sealed record CatalogModel(string Name, string Folder, string Digest, ModelShapes Shapes)
{
    /// <summary>Its linear layers, as grains take them.</summary>
    public ImmutableArray<LinearLayer> Layers =>
        [.. Shapes.Linears.Select(linear => new LinearLayer(linear.Path, linear.InFeatures, linear.OutFeatures))];
}
