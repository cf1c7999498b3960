namespace Federated.Aggregation.Grains;

/// <summary>One version's merge.</summary>
/// <param name="Layout">The run's layout.</param>
/// <param name="Plan">A MergePlan as JSON.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.merge-order")]
public sealed record MergeOrder([property: Id(0)] LayoutRecipe Layout, [property: Id(1)] byte[] Plan);
