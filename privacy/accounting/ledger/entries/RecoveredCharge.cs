namespace Federated.Privacy.Accounting;

/// <summary>What one source, with all that are linked to it, is charged for entries that were lost.</summary>
/// <param name="Source">The owner's name for the data.</param>
/// <param name="Epsilon">ε ≥ 0: the most that the lost plans can have cost; see <see cref="GapCharges"/>.</param>
/// <param name="Delta">δ ≥ 0, likewise.</param>
public sealed record RecoveredCharge(string Source, double Epsilon, double Delta);
