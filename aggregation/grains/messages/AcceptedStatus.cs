namespace Federated.Aggregation.Grains;

/// <summary>An accepted update of the open version.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="BaseVersion">The version trained from.</param>
/// <param name="Staleness">τ.</param>
/// <param name="Norm">‖Δ‖₂.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.accepted-status")]
public sealed record AcceptedStatus(
    [property: Id(0)] string NodeId,
    [property: Id(1)] long BaseVersion,
    [property: Id(2)] long Staleness,
    [property: Id(3)] double Norm
);
