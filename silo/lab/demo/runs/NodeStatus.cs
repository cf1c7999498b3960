namespace Federated.Lab.Demo.Runs;

/// <summary>One node, as the operator API says it.</summary>
/// <param name="NodeId">Fingerprint of its key.</param>
/// <param name="Name">What it calls itself.</param>
/// <param name="Phase">idle, downloading, training, sealing, uploading or waiting; empty before its first heartbeat.</param>
/// <param name="Step">Steps of the present update that are done.</param>
/// <param name="Steps">Steps of an update.</param>
/// <param name="BytesSent">By the node.</param>
/// <param name="BytesReceived">By the node.</param>
/// <param name="EpsilonReserved">ε of its plans.</param>
/// <param name="EpsilonBudget">Its owner's budget.</param>
/// <param name="EpsilonOfStepsDone">ε of what it has done.</param>
internal sealed record NodeStatus(
    string NodeId,
    string Name,
    string Phase,
    int Step,
    int Steps,
    long BytesSent,
    long BytesReceived,
    double EpsilonReserved,
    double EpsilonBudget,
    double EpsilonOfStepsDone
);
