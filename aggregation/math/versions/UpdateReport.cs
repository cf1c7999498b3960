namespace Federated.Aggregation;

/// <summary>One merged update, as the version's report shows it.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="BaseVersion">The version it was computed from.</param>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="Staleness">τ.</param>
/// <param name="Scale">Factor for lateness; 0 = left out.</param>
/// <param name="Weight">ω.</param>
/// <param name="Coefficient">c.</param>
/// <param name="Norm">‖Δ‖₂ before weighting.</param>
/// <param name="Clip">Factor of the norm bound; 1 = short enough, or no bound.</param>
public sealed record UpdateReport(
    string NodeId,
    long BaseVersion,
    string Digest,
    long Staleness,
    double Scale,
    double Weight,
    double Coefficient,
    double Norm,
    double Clip = 1
);
