namespace Federated.Aggregation.Grains;

/// <summary>One update in a version's report.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="BaseVersion">The version trained from.</param>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="Staleness">τ.</param>
/// <param name="Scale">Factor for lateness; 0 = left out.</param>
/// <param name="Weight">ω.</param>
/// <param name="Coefficient">c.</param>
/// <param name="Norm">‖Δ‖₂ before weighting.</param>
/// <param name="Clip">Factor of the norm bound; 1 = short enough, or no bound.</param>
[GenerateSerializer]
[Immutable]
[Alias("federated.merged-update")]
public sealed record MergedUpdate(
    [property: Id(0)] string NodeId,
    [property: Id(1)] long BaseVersion,
    [property: Id(2)] string Digest,
    [property: Id(3)] long Staleness,
    [property: Id(4)] double Scale,
    [property: Id(5)] double Weight,
    [property: Id(6)] double Coefficient,
    [property: Id(7)] double Norm,
    [property: Id(8)] double Clip
);
