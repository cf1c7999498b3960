namespace Federated.Lab.Simulate;

/// <summary>One merged update of a simulation, as the version's report has it.</summary>
/// <param name="Node">The node's number.</param>
/// <param name="BaseVersion">What it was computed from.</param>
/// <param name="Staleness">τ.</param>
/// <param name="Weight">ω.</param>
/// <param name="Coefficient">c.</param>
/// <param name="Norm">‖Δ‖₂.</param>
internal sealed record SimulatedUpdate(
    int Node,
    long BaseVersion,
    long Staleness,
    double Weight,
    double Coefficient,
    double Norm
);
