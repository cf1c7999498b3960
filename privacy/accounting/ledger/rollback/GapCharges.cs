namespace Federated.Privacy.Accounting;

/// <summary>The most that lost entries can have spent, when nothing is known of them but that this program wrote them.</summary>
/// <remarks>
/// The lost ledger never went over a source's budget B either. Let <c>common</c> be what both ledgers hold, <c>here</c> what this one holds; then
/// common + lost ≤ B, and everything together is here + lost.
/// <list type="bullet">
/// <item>This is surely an older copy (here = common), and plans add: lost ≤ B − here. The source is charged up to its budget.</item>
/// <item>It may be a fork: all that is known of common is that it is ≥ 0, so lost ≤ B. The charge is a whole budget.</item>
/// <item>Plans are composed by a Rényi filter: lost and here do not subtract, and the charge is a whole budget too.</item>
/// </list>
/// B is the largest budget that the source is known to have had. Either way nothing is left; the owner who goes on raises the budget knowingly.
/// </remarks>
internal static class GapCharges
{
    public static IReadOnlyList<RecoveredCharge> For(
        LedgerState state,
        LedgerGap gap,
        IReadOnlyDictionary<string, PrivacyBudget> budgets
    )
    {
        var charges = new List<RecoveredCharge>();
        var paid = new HashSet<string>();
        foreach (var source in state.Sources.Union(budgets.Keys).Order(StringComparer.Ordinal))
        {
            if (paid.Contains(source))
            {
                continue; // linked to one before: they are one account
            }

            var account = state.GroupOf(source);
            paid.UnionWith(account);
            var known = account
                .SelectMany(name => state.Own(name).Select(plan => plan.Entry.Plan.Budget))
                .Concat(account.Where(budgets.ContainsKey).Select(name => budgets[name]))
                .ToList();
            var (epsilon, delta) = (known.Max(b => b.Epsilon), known.Max(b => b.Delta));
            var here = state.Account(source);
            charges.Add(
                gap.MayBeForked || here.Composition == PlanComposition.Renyi
                    ? new RecoveredCharge(source, epsilon, delta)
                    : new RecoveredCharge(
                        source,
                        Math.Max(0, epsilon - here.PlanEpsilon - here.GapEpsilon),
                        Math.Max(0, delta - here.PlanDelta - here.GapDelta)
                    )
            );
        }

        return charges;
    }
}
