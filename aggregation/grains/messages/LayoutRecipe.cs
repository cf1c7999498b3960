using System.Collections.Immutable;

namespace Federated.Aggregation.Grains;

/// <summary>From what an adapter layout is made again: small, and the same everywhere.</summary>
/// <param name="Layers">The base model's linear layers.</param>
/// <param name="Rank">r.</param>
/// <param name="Alpha">loraAlpha.</param>
/// <param name="Scaling">rslora | lora.</param>
/// <param name="Targets">Layers to adapt.</param>
/// <param name="Seed">Seed of the A factors.</param>
/// <param name="Factors">b | ab | alternating | core | slices.</param>
/// <param name="RankPattern">Other ranks for some layers.</param>
/// <param name="InitialFactors">SHA-256 of the blob that holds the A factors; null = from the seed.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.layout-recipe")]
public sealed record LayoutRecipe(
    [property: Id(0)] ImmutableArray<LinearLayer> Layers,
    [property: Id(1)] int Rank,
    [property: Id(2)] double Alpha,
    [property: Id(3)] string Scaling,
    [property: Id(4)] ImmutableArray<string> Targets,
    [property: Id(5)] long Seed,
    [property: Id(6)] string Factors,
    [property: Id(7)] ImmutableDictionary<string, int> RankPattern,
    [property: Id(8)] string? InitialFactors = null
);
