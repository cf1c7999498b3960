namespace Federated.Lab.Demo.Compare;

/// <summary>What one adapter scores, in nats per token.</summary>
/// <param name="ByOrganisation">On each organisation's held-out records, in their order.</param>
/// <param name="Stranger">On the records of the organisation that took no part.</param>
internal sealed record Scores(IReadOnlyList<double> ByOrganisation, double? Stranger)
{
    /// <summary>Mean over organisations: each counts alike, whatever its size.</summary>
    public double Everyone => ByOrganisation.Average();
}
