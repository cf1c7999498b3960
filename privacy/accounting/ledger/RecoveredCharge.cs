namespace Federated.Privacy.Accounting;

/// <summary>What one source is charged for entries that were lost.</summary>
/// <param name="Source">The owner's name for the data.</param>
/// <param name="Epsilon">ε ≥ 0; the sum of the lost plans where they are known, what was left of the budget where they are not.</param>
/// <param name="Delta">δ ≥ 0, likewise.</param>
public sealed record RecoveredCharge(string Source, double Epsilon, double Delta);
