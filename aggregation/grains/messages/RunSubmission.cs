using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>A run to start.</summary>
/// <param name="Document">The canonical document, UTF-8 JSON.</param>
/// <param name="Layers">The base model's linear layers in its order.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.run-submission")]
public sealed record RunSubmission(
    [property: Id(0)] byte[] Document,
    [property: Id(1)] ImmutableArray<LinearLayer> Layers
);
