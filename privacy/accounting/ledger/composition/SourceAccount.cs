using System.Collections.Immutable;

namespace Federated.Privacy.Accounting;

/// <summary>What a source, with all that are linked to it, has promised so far, as a value: enough to say what a further plan costs and whether it fits.</summary>
/// <remarks>
/// A whole plan is (ε_i, δ_i)-DP however the server stops it and whatever it asks for in between (the sampled Gaussian's dominating pair composes
/// adaptively). Across plans, chosen after seeing earlier results and running at the same time, either ε_i and δ_i add, or the budget's δ is halved between that and
/// a Rényi filter; <see cref="RenyiFilter"/> has the argument. What was charged for lost entries is a block of its own beside the plans, and adds.
/// <para>
/// The guarantee is for a budget fixed before anything was released. An owner who raises it after seeing results has a new one from there on.
/// </para>
/// </remarks>
public sealed record SourceAccount
{
    // A part in 1e-9 above is rounding of the sum, not a second share.
    private const double Rounding = 1 + 1e-9;

    /// <summary>The owner's name for the data.</summary>
    public required string Source { get; init; }

    /// <summary>How plans add up; null before the first one.</summary>
    public PlanComposition? Composition { get; init; }

    /// <summary>How many plans are charged.</summary>
    public int Plans { get; init; }

    /// <summary>What the plans protect; null before the first one.</summary>
    public string? Unit { get; init; }

    /// <summary>Σε_i of the plans.</summary>
    public double PlanEpsilon { get; init; }

    /// <summary>Σδ_i of the plans.</summary>
    public double PlanDelta { get; init; }

    /// <summary>ε charged for lost entries.</summary>
    public double GapEpsilon { get; init; }

    /// <summary>δ charged for lost entries.</summary>
    public double GapDelta { get; init; }

    /// <summary>Σρ_i at the orders of <see cref="RenyiFilter.Public"/>; empty where they are not used.</summary>
    public ImmutableArray<double> Divergences { get; init; } = [];

    /// <summary>The budgets of the linked sources.</summary>
    public IReadOnlyList<LinkedBudget> Linked { get; init; } = [];

    /// <summary>The smallest ε of a budget that would have admitted all plans so far; it holds however anyone stops.</summary>
    /// <param name="budgetDelta">δ of the budget.</param>
    public double CertifiedEpsilon(double budgetDelta)
    {
        if (Composition != PlanComposition.Renyi || PlanEpsilon == 0)
        {
            return GapEpsilon + PlanEpsilon;
        }

        var share = DeltaForPlans(budgetDelta);
        var basic = PlanDelta <= share * Rounding ? PlanEpsilon : double.PositiveInfinity;
        return GapEpsilon + (share > 0 ? Math.Min(basic, RenyiFilter.Public.Epsilon(Divergences, share)) : basic);
    }

    /// <summary>What a further plan costs, if it fits.</summary>
    /// <param name="request">The plan and the owner's budget.</param>
    /// <exception cref="PrivacyBudgetExceededException">ε or δ would exceed the budget of the source or of one that is linked to it.</exception>
    /// <exception cref="LedgerConflictException">The source composes its plans in another way.</exception>
    public PrivacyGuarantee Price(ReservationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Composition is { } first && first != request.Composition)
        {
            throw new LedgerConflictException(
                $"source '{Source}' composes its plans as {Name(first)} since its first one, and is asked for {Name(request.Composition)}; "
                    + $"write source.composition: {Name(first)} in node.yaml: choosing anew after seeing results would void the guarantee"
            );
        }

        if (Unit is not null && Unit != request.Unit)
        {
            throw new LedgerConflictException(
                $"source '{Source}' protects one {Unit} since its first plan, and is asked for one {request.Unit}: their ε do not add up; "
                    + "use a run that protects the same, or other data under another source name"
            );
        }

        if (!request.IsPrivate)
        {
            return new PrivacyGuarantee(double.PositiveInfinity, double.PositiveInfinity, 0, "none");
        }

        var now = this with { Composition = request.Composition };
        IReadOnlyList<LinkedBudget> budgets = [new(request.Source, request.Budget), .. Linked];
        var delta = request.Delta ?? budgets.Min(b => now.DeltaForNext(b.Budget.Delta));
        foreach (var (source, budget) in budgets)
        {
            if (!(delta > 0) || !(PlanDelta + delta <= now.DeltaForPlans(budget.Delta) * Rounding))
            {
                throw new PrivacyBudgetExceededException(
                    source,
                    "delta",
                    GapDelta + PlanDelta,
                    Math.Max(delta, 0),
                    GapDelta + Math.Max(0, now.DeltaForPlans(budget.Delta)),
                    $"give the run a smaller delta, or raise {Budget(source, request)}.delta in node.yaml"
                );
            }
        }

        var plan = request.ToEvent();
        var price = Accountants.Best(plan, delta);
        var after = now.With(request.Composition, price.Epsilon, delta, () => RenyiFilter.Public.Divergences(plan));
        foreach (var (source, budget) in budgets)
        {
            if (!(after.CertifiedEpsilon(budget.Delta) <= budget.Epsilon))
            {
                var spent = now.CertifiedEpsilon(budget.Delta);
                throw new PrivacyBudgetExceededException(
                    source,
                    "epsilon",
                    spent,
                    now.Composition == PlanComposition.Basic
                        ? price.Epsilon
                        : after.CertifiedEpsilon(budget.Delta) - spent,
                    budget.Epsilon,
                    $"ask for a run with more noise or fewer steps, or raise {Budget(source, request)}.epsilon in node.yaml"
                );
            }
        }

        return price;
    }

    /// <summary>The account after a plan of the ledger.</summary>
    internal SourceAccount With(Reservation plan) =>
        With(
            plan.Entry.Plan.Composition,
            plan.Entry.Epsilon ?? double.PositiveInfinity,
            plan.Entry.Delta,
            () => plan.Divergences
        );

    private SourceAccount With(
        PlanComposition composition,
        double epsilon,
        double delta,
        Func<ImmutableArray<double>> divergences
    ) =>
        this with
        {
            Plans = Plans + 1,
            PlanEpsilon = PlanEpsilon + epsilon,
            PlanDelta = PlanDelta + delta,
            Divergences = composition == PlanComposition.Renyi ? Sum(Divergences, divergences()) : Divergences,
        };

    /// <summary>
    /// A share of δ for the next plan that leaves one for every later plan. Half of what is left serves few plans best; for many, whose shares
    /// would soon be too small to price, δ · 6 ÷ (π² (k + 1)²), which sums to δ.
    /// </summary>
    private double DeltaForNext(double budgetDelta)
    {
        var all = DeltaForPlans(budgetDelta);
        var half = (all - PlanDelta) / 2;
        return Composition == PlanComposition.Renyi
            ? Math.Min(half, all * 6 / (Math.PI * Math.PI * (Plans + 1.0) * (Plans + 1.0)))
            : half;
    }

    private double DeltaForPlans(double budgetDelta) =>
        (budgetDelta - GapDelta) * (Composition == PlanComposition.Renyi ? 0.5 : 1);

    private static ImmutableArray<double> Sum(ImmutableArray<double> sums, ImmutableArray<double> plan) =>
        sums.IsEmpty ? plan : [.. sums.Zip(plan, (sum, one) => sum + one)];

    private static string Budget(string source, ReservationRequest request) =>
        source == request.Source
            ? "budget"
            : $"the budget of the linked source {source}: name it as source with a larger budget";

    private static string Name(PlanComposition composition) => composition == PlanComposition.Basic ? "basic" : "renyi";
}
