namespace Federated.Lab.Demo.Runs;

/// <summary>One merged update, as the operator API says it.</summary>
/// <param name="NodeId">Whose.</param>
/// <param name="BaseVersion">From which version it was trained.</param>
/// <param name="Staleness">τ.</param>
/// <param name="Weight">ω.</param>
/// <param name="Coefficient">What its values were multiplied by.</param>
internal sealed record UpdateStatus(string NodeId, long BaseVersion, long Staleness, double Weight, double Coefficient);
