namespace Federated.Privacy.Accounting;

/// <summary>What a plan costs its source, and what a source has spent.</summary>
internal static class LedgerPricing
{
    /// <summary>ε and δ of the plan, within what is left.</summary>
    /// <exception cref="PrivacyBudgetExceededException">Something is not left.</exception>
    public static PrivacyGuarantee Price(ReservationRequest request, LedgerState state)
    {
        if (!request.IsPrivate)
        {
            return new PrivacyGuarantee(double.PositiveInfinity, double.PositiveInfinity, 0, "none");
        }

        var (spentEpsilon, spentDelta) = Charged(request.Source, state);
        var budget = request.Budget;
        var delta = request.Delta ?? ((budget.Delta - spentDelta) / 2);
        // A part in 1e-9 above is rounding of the sum, not a second share.
        if (!(delta > 0) || spentDelta + delta > budget.Delta * (1 + 1e-9))
        {
            throw new PrivacyBudgetExceededException(
                request.Source,
                "delta",
                spentDelta,
                Math.Max(delta, 0),
                budget.Delta,
                "give the run a smaller delta, or raise budget.delta in node.yaml"
            );
        }

        var price = Accountants.Best(request.ToEvent(), delta);
        return spentEpsilon + price.Epsilon <= budget.Epsilon
            ? price
            : throw new PrivacyBudgetExceededException(
                request.Source,
                "epsilon",
                spentEpsilon,
                price.Epsilon,
                budget.Epsilon,
                "ask for a run with more noise or fewer steps, or raise budget.epsilon in node.yaml"
            );
    }

    public static SourceStatus Status(string source, LedgerState state)
    {
        var all = state.Of(source).OrderBy(r => r.Entry.Sequence).ToList();
        var (spentEpsilon, spentDelta) = Charged(source, state);
        var gaps = state.ChargesOf(source).Sum(c => c.Epsilon);
        return new SourceStatus(
            source,
            spentEpsilon,
            spentDelta,
            gaps + Charging(all).Sum(r => Accountants.Best(r.Entry.Plan.ToEvent(r.StepsDone), r.Entry.Delta).Epsilon),
            all.Where(r => !r.IsReturned).Sum(r => r.Entry.Plan.Steps),
            all.Sum(r => r.StepsDone),
            all.LastOrDefault()?.Entry.Plan.Budget,
            !all.Any(r => !r.Entry.Plan.IsPrivate && r.Sealed.Any())
        );
    }

    private static IEnumerable<Reservation> Charging(IEnumerable<Reservation> reservations) =>
        reservations.Where(r => r.Entry.Plan.IsPrivate && !r.IsReturned);

    private static (double Epsilon, double Delta) Charged(string source, LedgerState state)
    {
        var plans = Charging(state.Of(source)).ToList();
        var gaps = state.ChargesOf(source).ToList();
        return (
            plans.Sum(r => r.Entry.Epsilon ?? double.PositiveInfinity) + gaps.Sum(c => c.Epsilon),
            plans.Sum(r => r.Entry.Delta) + gaps.Sum(c => c.Delta)
        );
    }
}
