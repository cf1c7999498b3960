namespace Federated.Aggregation.Grains;

/// <summary>The guarantee that the silo's noise gives about whole nodes.</summary>
/// <param name="Sensitivity">The most that one node could move the step, before the server's learning rate.</param>
/// <param name="NoiseDeviation">Standard deviation of the noise in each coordinate, before the server's learning rate.</param>
/// <param name="Epsilon">ε of the whole run, with which every node is charged that takes part.</param>
/// <param name="Delta">δ.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.central-summary")]
public sealed record CentralSummary(
    [property: Id(0)] double Sensitivity,
    [property: Id(1)] double NoiseDeviation,
    [property: Id(2)] double Epsilon,
    [property: Id(3)] double Delta
);
