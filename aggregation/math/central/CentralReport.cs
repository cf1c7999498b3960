namespace Federated.Aggregation;

/// <summary>What a version with central privacy tells about itself. Nothing in it depends on an update.</summary>
/// <param name="Sensitivity">The most that one node could move the step, before the server's learning rate.</param>
/// <param name="NoiseDeviation">Standard deviation of the noise in each coordinate, before the server's learning rate.</param>
/// <param name="Epsilon">ε of the whole run, with which every node is charged that takes part.</param>
/// <param name="Delta">δ.</param>
public sealed record CentralReport(double Sensitivity, double NoiseDeviation, double Epsilon, double Delta);
