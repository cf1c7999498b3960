namespace Federated.Aggregation.Grains;

/// <summary>One version's merge.</summary>
/// <param name="Layout">The run's layout.</param>
/// <param name="Plan">A MergePlan as JSON.</param>
/// <param name="Owner">Who has the bytes of the updates alone (<see cref="BlobNames"/>); null = they are shared.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.merge-order")]
public sealed record MergeOrder(
    [property: Id(0)] LayoutRecipe Layout,
    [property: Id(1)] byte[] Plan,
    [property: Id(2)] string? Owner
);
