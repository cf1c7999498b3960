namespace Federated.Lab.Demo.Views;

/// <summary>What is shown of one node while the demo runs.</summary>
/// <param name="Name">The organisation.</param>
/// <param name="Phase">What it does: joining, training, uploading, waiting, cut off …</param>
/// <param name="Step">Steps of the present update that are done.</param>
/// <param name="Steps">Steps of an update.</param>
/// <param name="Staleness">τ of its last merged update; <see langword="null"/> before the first.</param>
/// <param name="Weight">ω of its last merged update.</param>
/// <param name="EpsilonSpent">ε of the steps done.</param>
/// <param name="EpsilonBudget">The owner's budget.</param>
/// <param name="BytesUp">Sent so far.</param>
/// <param name="BytesDown">Received so far.</param>
internal sealed record NodeView(
    string Name,
    string Phase,
    int Step,
    int Steps,
    long? Staleness,
    double? Weight,
    double EpsilonSpent,
    double EpsilonBudget,
    long BytesUp,
    long BytesDown
);
