namespace Federated.Privacy.Accounting;

/// <summary>What one source, with all that are linked to it, has spent. Two numbers, since they answer different questions.</summary>
/// <param name="Source">The owner's name for the data.</param>
/// <param name="SharedWith">Other sources in the same account.</param>
/// <param name="Composition">How plans add up.</param>
/// <param name="CertifiedEpsilon">
/// ε that holds whatever happens: for all whole plans, however the servers and the owner stop or choose them. The smallest budget that would have admitted them.
/// </param>
/// <param name="ReservedDelta">δ taken by plans and by gaps.</param>
/// <param name="EpsilonOfStepsDone">ε of the sealed steps alone: valid only if every run was stopped by a rule fixed beforehand.</param>
/// <param name="StepsReserved">Steps of all open or used plans.</param>
/// <param name="StepsDone">Steps sealed so far.</param>
/// <param name="Budget">The budget of the latest reservation under this name; null if there was none.</param>
/// <param name="IsPrivate">False once anything was sealed under a plan without a guarantee: then no ε holds for this source.</param>
public sealed record SourceStatus(
    string Source,
    IReadOnlyList<string> SharedWith,
    PlanComposition Composition,
    double CertifiedEpsilon,
    double ReservedDelta,
    double EpsilonOfStepsDone,
    long StepsReserved,
    long StepsDone,
    PrivacyBudget? Budget,
    bool IsPrivate
)
{
    internal static SourceStatus Of(string source, LedgerState state)
    {
        var (plans, account) = (state.PlansOf(source), state.Account(source));
        var budget = state.Own(source).MaxBy(plan => plan.Entry.Sequence)?.Entry.Plan.Budget;
        return new SourceStatus(
            source,
            [.. state.GroupOf(source).Where(name => name != source).Order(StringComparer.Ordinal)],
            account.Composition ?? PlanComposition.Basic,
            account.CertifiedEpsilon(budget?.Delta ?? 0),
            account.PlanDelta + account.GapDelta,
            account.GapEpsilon
                + plans
                    .Where(plan => plan.IsCharged && plan.StepsDone + plan.MetricsDone > 0)
                    .Sum(plan =>
                        Accountants
                            .Best(plan.Entry.Plan.ToEvent(plan.StepsDone, plan.MetricsDone), plan.Entry.Delta)
                            .Epsilon
                    ),
            plans.Where(plan => !plan.IsReturned).Sum(plan => plan.Entry.Plan.Steps),
            plans.Sum(plan => plan.StepsDone),
            budget,
            !plans.Any(plan => !plan.Entry.Plan.IsPrivate && plan.Sealed.Any())
        );
    }
}
