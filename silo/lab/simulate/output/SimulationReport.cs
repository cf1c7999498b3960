namespace Federated.Lab.Simulate;

/// <summary>What <c>fedlab simulate</c> reports, as one document.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Probabilities">p_n of the nodes, 0 first.</param>
/// <param name="Summary">One line for each method.</param>
/// <param name="Results">Everything, one for each method.</param>
internal sealed record SimulationReport(
    SimulateOptions Options,
    IReadOnlyList<double> Probabilities,
    IReadOnlyList<MethodSummary> Summary,
    IReadOnlyList<SimulationResult> Results
);
