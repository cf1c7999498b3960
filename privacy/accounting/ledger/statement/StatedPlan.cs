namespace Federated.Privacy.Accounting;

/// <summary>One plan of a ledger in the field's words: all that an accountant needs to compute its ε anew.</summary>
/// <param name="Source">The owner's name for the data.</param>
/// <param name="RunDigest">SHA-256 of the run's document.</param>
/// <param name="Mechanism">What makes the noise.</param>
/// <param name="SamplingScheme">How the units of a step are drawn.</param>
/// <param name="SamplingRate">q.</param>
/// <param name="NoiseMultiplier">σ ÷ maxGradNorm.</param>
/// <param name="Steps">T, of the whole plan.</param>
/// <param name="StepsDone">Steps inside sealed updates.</param>
/// <param name="MaxGradNorm">C.</param>
/// <param name="Unit">What one neighbour differs by.</param>
/// <param name="Adjacency">In which way.</param>
/// <param name="Delta">δ that the plan took.</param>
/// <param name="Epsilon">ε of the whole plan at that δ; null without a guarantee.</param>
/// <param name="Accountant">Whose bound it is.</param>
/// <param name="AccountantVersion">Of which release; empty where it was not written.</param>
/// <param name="State"><c>open</c>, <c>over</c>, or <c>returned</c>: ended before anything was released, and not charged.</param>
/// <param name="Metrics">Noised metrics in the same plan; null = none.</param>
public sealed record StatedPlan(
    string Source,
    string RunDigest,
    string Mechanism,
    string SamplingScheme,
    double SamplingRate,
    double NoiseMultiplier,
    long Steps,
    long StepsDone,
    double MaxGradNorm,
    string Unit,
    string Adjacency,
    double Delta,
    double? Epsilon,
    string Accountant,
    string AccountantVersion,
    string State,
    MetricPlan? Metrics
)
{
    internal static StatedPlan Of(Reservation reservation)
    {
        var (entry, plan) = (reservation.Entry, reservation.Entry.Plan);
        return new StatedPlan(
            plan.Source,
            plan.RunDigest,
            plan.IsPrivate || plan.Mechanism is not (Attestation.RoundedGaussian or Attestation.AdaptiveRoundedGaussian)
                ? plan.Mechanism
                : "not private",
            plan.SamplingScheme,
            plan.SamplingRate,
            plan.NoiseMultiplier,
            plan.Steps,
            reservation.StepsDone,
            plan.MaxGradNorm,
            plan.Unit,
            plan.Adjacency,
            entry.Delta,
            entry.Epsilon,
            entry.Accountant,
            entry.AccountantVersion,
            reservation.IsReturned ? "returned"
                : reservation.WhyOver is null && reservation.StepsDone < plan.Steps ? "open"
                : "over",
            plan.Metrics
        );
    }
}
