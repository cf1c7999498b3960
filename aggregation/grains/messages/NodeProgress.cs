namespace Federated.Aggregation.Grains;

/// <summary>How far a node's work is; nothing in it derives from records.</summary>
/// <param name="RunDigest">The run worked on, null when idle.</param>
/// <param name="BaseVersion">The version trained from.</param>
/// <param name="Phase">idle | downloading | training | sealing | uploading | waiting.</param>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Steps">Optimizer steps of the update.</param>
/// <param name="BytesSent">Since the node started.</param>
/// <param name="BytesReceived">Since the node started.</param>
/// <param name="EpsilonReserved">What the plan costs, if the owner shows it.</param>
/// <param name="EpsilonBudget">What the owner allows, if shown.</param>
/// <param name="EpsilonOfStepsDone">What the steps done would cost, if shown.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.node-progress")]
public sealed record NodeProgress(
    [property: Id(0)] string? RunDigest,
    [property: Id(1)] long BaseVersion,
    [property: Id(2)] string Phase,
    [property: Id(3)] int Step,
    [property: Id(4)] int Steps,
    [property: Id(5)] long BytesSent,
    [property: Id(6)] long BytesReceived,
    [property: Id(7)] double EpsilonReserved,
    [property: Id(8)] double EpsilonBudget,
    [property: Id(9)] double EpsilonOfStepsDone
);
