namespace Federated.Aggregation.Grains;

/// <summary>Whether an operator's command was carried out.</summary>
/// <param name="Done">It was, now or before.</param>
/// <param name="Reason">Why not; empty when done.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.run-command-answer")]
public sealed record RunCommandAnswer([property: Id(0)] bool Done, [property: Id(1)] string Reason);
