namespace Federated.Aggregation.Grains;

/// <summary>Whether the node takes part.</summary>
/// <param name="Admitted">It does.</param>
/// <param name="Reason">Why not; empty when it does, or when it declined.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.consent-answer")]
public sealed record ConsentAnswer([property: Id(0)] bool Admitted, [property: Id(1)] string Reason);
