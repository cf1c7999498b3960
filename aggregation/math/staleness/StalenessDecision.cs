namespace Federated.Aggregation;

/// <summary>What was decided about one accepted update before its version was merged. Replay reads it and decides nothing again.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="BaseVersion">The version the update was computed from.</param>
/// <param name="Staleness">τ: the newest version at the merge, minus the base version. ≥ 0.</param>
/// <param name="Scale">Factor of the update, 0 when it is left out. [0, 1].</param>
/// <param name="CorrectedDigest">SHA-256 of the bytes that are merged: the update itself, unless a correction made new ones.</param>
public sealed record StalenessDecision(
    string NodeId,
    long BaseVersion,
    long Staleness,
    double Scale,
    string CorrectedDigest
)
{
    /// <summary>Whether the update is left out.</summary>
    public bool Dropped => Scale == 0;
}
