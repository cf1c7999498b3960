namespace Federated.Aggregation.Grains;

/// <summary>What nodes say with noise about a version on their own held-out records.</summary>
/// <param name="Nats">Mean clipped loss of a record, nats a token: noisy sums ÷ public record counts.</param>
/// <param name="NoiseDeviation">Standard deviation of the noise in it.</param>
/// <param name="Nodes">How many nodes have said something.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.noised-loss")]
public sealed record NoisedLoss(
    [property: Id(0)] double Nats,
    [property: Id(1)] double NoiseDeviation,
    [property: Id(2)] int Nodes
);
