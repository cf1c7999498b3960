namespace Federated.Lab.Demo.Runs;

/// <summary>A node's last heartbeat, as the operator API says it.</summary>
/// <param name="Phase">idle, downloading, training, sealing, uploading or waiting.</param>
/// <param name="Step">Steps of the present update that are done.</param>
/// <param name="Steps">Steps of an update.</param>
/// <param name="BytesSent">By the node.</param>
/// <param name="BytesReceived">By the node.</param>
/// <param name="EpsilonOfStepsDone">ε of what it has done, if its owner shows it.</param>
internal sealed record NodeProgress(
    string Phase,
    int Step,
    int Steps,
    long BytesSent,
    long BytesReceived,
    double EpsilonOfStepsDone
);
