namespace Federated.Lab.Demo.Reports;

/// <summary>What the run was to one organisation.</summary>
/// <param name="Name">The organisation.</param>
/// <param name="NodeId">Fingerprint of its node's key.</param>
/// <param name="Records">Records in its file; known to the lab, never to the silo.</param>
/// <param name="HeldOut">Loss on its held-out records, from the node's own local report.</param>
/// <param name="Epsilon">ε of the whole plan, reserved at consent.</param>
/// <param name="EpsilonOfStepsDone">ε of what was really done.</param>
/// <param name="EpsilonBudget">The owner's budget.</param>
/// <param name="Delta">δ of all three.</param>
/// <param name="BytesUp">Sent.</param>
/// <param name="BytesDown">Received.</param>
/// <param name="Updates">Updates that the silo has accepted.</param>
internal sealed record OrganisationReport(
    string Name,
    string NodeId,
    int Records,
    HeldOutChange HeldOut,
    double Epsilon,
    double EpsilonOfStepsDone,
    double EpsilonBudget,
    double Delta,
    long BytesUp,
    long BytesDown,
    int Updates
);
