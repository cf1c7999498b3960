using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>Everything a run grain needs to begin.</summary>
/// <param name="Document">The canonical document.</param>
/// <param name="Name">The readable name.</param>
/// <param name="Group">The owning group.</param>
/// <param name="Nodes">The nodes that may take part, null = any of the group.</param>
/// <param name="Layers">The base model's linear layers.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.run-start")]
public sealed record RunStart(
    [property: Id(0)] byte[] Document,
    [property: Id(1)] string Name,
    [property: Id(2)] string Group,
    [property: Id(3)] ImmutableArray<string>? Nodes,
    [property: Id(4)] ImmutableArray<LinearLayer> Layers
);
