using System.Collections.Immutable;

namespace Federated.Privacy.Accounting;

/// <summary>
/// Admits adaptively chosen plans while, at one at least of a public set of orders, their Rényi divergences together stay within what (ε, δ) allows; δ
/// is split among the orders. Used across runs only: within a run the plan's own ε is smaller and as valid.
/// </summary>
/// <remarks>
/// One order, chosen beforehand, is a filter without any loss: if the divergences ρ_i(α) of the steps, each chosen after seeing what came before,
/// sum to at most B with probability 1, all together is (α, B)-RDP (Feldman, Zrnic 2021, arXiv 2008.11193, Theorem 3.1), hence (ε, δ)-DP for every
/// ε ≥ B + ln(1 − 1/α) − ln(δα) ÷ (α − 1) (<see cref="RenyiConversion"/>). But the best order depends on the plans, which are not known beforehand.
/// <para>
/// Several orders α_1 … α_m with δ_1 + … + δ_m = δ (Lécuyer 2021, arXiv 2103.01379, section 3). Claim: "go on while some order j has
/// Σρ_i(α_j) ≤ B_j", with B_j from (ε, δ_j), is (ε, δ)-DP. Let M be the whole interaction, F_j the set of transcripts at whose end order j is
/// within B_j and no earlier order is, and M_j the same interaction, but stopping before the step that would take order j over B_j. The F_j are
/// disjoint and cover everything that M can produce, since M goes on only while some order has room and the sums never fall. On F_j the
/// interactions M and M_j are the same, for either neighbour. M_j is (ε, δ_j)-DP by the paragraph before. So for every set S
/// </para>
/// <code>
///   Pr[M(D) ∈ S] = Σ_j Pr[M_j(D) ∈ S ∩ F_j] ≤ Σ_j (e^ε · Pr[M_j(D') ∈ S ∩ F_j] + δ_j) = e^ε · Pr[M(D') ∈ S] + δ
/// </code>
/// Nothing in it needs the M_j to be Rényi filters: basic composition (ε_i and δ_i add; Rogers et al. 2016) with a share of δ is one more of them.
/// That is <see cref="PlanComposition.Renyi"/>: half of δ for basic composition, half for the orders. Admitting "whichever of the two allows it" with the whole δ
/// for both would promise up to 2δ.
/// <para>
/// Runs at the same time. A plan counts whole from the moment it is reserved, and its steps are single releases; however the steps of several plans
/// interleave, the steps done never exceed the plans reserved, at any order, so the sum of what was done is within B_j with probability 1 and the theorem applies to
/// the interleaved sequence. For the basic branch, whose plans are interactive mechanisms priced whole: Haney et al. 2023 (arXiv 2309.05901), concurrent
/// composition with adaptively chosen parameters. A plan that is returned had released nothing: take the sums over what was done.
/// </para>
/// </remarks>
public sealed class RenyiFilter
{
    private static readonly RdpAccountant Accountant = new();

    /// <summary>A filter over a set of orders that was chosen before any record was seen.</summary>
    /// <param name="orders">Each finite and &gt; 1; at least one.</param>
    /// <exception cref="ArgumentException">There is none, or one is not an order.</exception>
    public RenyiFilter(params IReadOnlyList<double> orders)
    {
        ArgumentNullException.ThrowIfNull(orders);
        if (orders.Count == 0 || orders.Any(order => !(order > 1) || !double.IsFinite(order)))
        {
            throw new ArgumentException("orders must be finite and > 1, and at least one", nameof(orders));
        }

        Orders = [.. orders];
    }

    /// <summary>The ten orders of every ledger. A changed set would be chosen after seeing results: it never changes.</summary>
    public static RenyiFilter Public { get; } = new(2, 3, 4, 5, 6, 8, 12, 16, 32, 64);

    /// <summary>The orders α_1 … α_m.</summary>
    public ImmutableArray<double> Orders { get; }

    /// <summary>What one plan adds: its divergence at each of the orders.</summary>
    /// <param name="plan">The whole plan.</param>
    /// <returns>[m], each ≥ 0; +∞ where an order is out of the accountant's reach.</returns>
    /// <exception cref="UnsupportedEventException">The accountant does not know the event.</exception>
    public ImmutableArray<double> Divergences(PrivacyEvent plan) =>
        [.. Orders.Select(order => Accountant.Divergence(plan, order))];

    /// <summary>The smallest ε at which a filter with this δ admits plans of these sums.</summary>
    /// <param name="sums">Σρ_i(α_j), [m].</param>
    /// <param name="delta">δ of all orders together, in (0, 1).</param>
    public double Epsilon(IReadOnlyList<double> sums, double delta)
    {
        ArgumentNullException.ThrowIfNull(sums);
        if (sums.Count != Orders.Length)
        {
            throw new ArgumentException($"{sums.Count} sums for {Orders.Length} orders", nameof(sums));
        }

        var share = PrivacyArgument.Delta(delta) / Orders.Length;
        return Orders.Select((order, j) => RenyiConversion.Epsilon(order, sums[j], share)).Min();
    }
}
