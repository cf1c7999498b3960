namespace Federated.Privacy.Accounting;

/// <summary>A plan's stated ε beside what this library computes from the plan.</summary>
/// <param name="Plan">As stated.</param>
/// <param name="Epsilon">An upper bound, computed now; null without a guarantee.</param>
/// <param name="EpsilonLower">No accountant can certify less; null without a guarantee.</param>
public sealed record RecomputedPlan(StatedPlan Plan, double? Epsilon, double? EpsilonLower)
{
    // Releases differ in their last digits; a claim that is short by less is none.
    private const double Rounding = 1e-9;

    /// <summary>
    /// <c>holds</c>: the stated ε is proved again. <c>not refuted</c>: this release proves only a larger one, and no smaller one is known to be false.
    /// <c>false</c>: the plan costs more than is stated.
    /// </summary>
    public string Verdict =>
        Plan.Epsilon is not { } stated || Epsilon is not { } upper ? "no guarantee is stated"
        : stated >= upper * (1 - Rounding) ? "holds"
        : stated >= EpsilonLower * (1 - Rounding) ? "not refuted"
        : "false";

    internal static RecomputedPlan Of(Reservation reservation)
    {
        var plan = StatedPlan.Of(reservation);
        if (!reservation.Entry.Plan.IsPrivate)
        {
            return new RecomputedPlan(plan, null, null);
        }

        var now = Accountants.Best(reservation.Entry.Plan.ToEvent(), reservation.Entry.Delta);
        return new RecomputedPlan(plan, now.Epsilon, now.EpsilonLower);
    }
}
