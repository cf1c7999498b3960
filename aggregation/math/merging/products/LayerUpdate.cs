namespace Federated.Aggregation;

/// <summary>One update's share of one layer: what the node started from and where it arrived, by their factors.</summary>
/// <param name="Coefficient">c.</param>
/// <param name="Base">B_s, A_s of the version trained from. Updates of one base share the object.</param>
/// <param name="After">B_i, A_i.</param>
public sealed record LayerUpdate(double Coefficient, FactorPair Base, FactorPair After);
