namespace Federated.Aggregation.Grains;

/// <summary>A started run, or why it cannot start: exactly one of RunDigest and Error.</summary>
/// <param name="RunDigest">SHA-256 of the document.</param>
/// <param name="Name">The run's readable name.</param>
/// <param name="Error">What is wrong, with field, value and fix.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.submit-answer")]
public sealed record SubmitAnswer(
    [property: Id(0)] string? RunDigest,
    [property: Id(1)] string? Name,
    [property: Id(2)] string? Error
);
