namespace Federated.Aggregation.Grains;

/// <summary>Nothing to do now.</summary>
/// <param name="RetryAfter">When to ask again; zero = at once, since the answer was held already.</param>
/// <param name="Reason">Why, in words.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.wait-advice")]
public sealed record WaitAdvice([property: Id(0)] TimeSpan RetryAfter, [property: Id(1)] string Reason);
