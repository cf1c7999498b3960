namespace Federated.Privacy.Accounting;

/// <summary>What an audit showed.</summary>
/// <param name="ClaimedEpsilon">ε that the accountant claims.</param>
/// <param name="ShownEpsilon">A lower bound on the true ε, with the audit's confidence.</param>
/// <param name="Ceiling">The most that the audit could have shown: what an attacker without error certifies with so many samples.</param>
public sealed record AuditResult(double ClaimedEpsilon, double ShownEpsilon, double Ceiling)
{
    /// <summary>False: the claim is refuted.</summary>
    public bool Holds => ShownEpsilon <= ClaimedEpsilon;

    /// <summary>Shown ÷ claimed; far below 1 after many games of a tight attack means more noise than is accounted for.</summary>
    public double Share => ShownEpsilon / ClaimedEpsilon;
}
