using Federated.Privacy.Accounting.Numerics;

namespace Federated.Privacy.Accounting;

/// <summary>
/// Rényi accounting with the order minimised over the reals, not over a list. Fast and always valid; loose for few steps at a small sampling rate,
/// where the PLD accountant is better.
/// </summary>
/// <remarks>
/// Mironov 2017 (composition adds divergences), Mironov et al. 2019 (the sampled Gaussian; the divergence of the add direction is never
/// larger, Theorem 5), <see cref="RenyiConversion"/>.
/// </remarks>
public sealed class RdpAccountant : IPrivacyAccountant
{
    // The quadrature and the sums are good to about 1e-13; this keeps their rounding on the safe side.
    private const double Slack = 1e-11;
    private const double SmallestOrder = 1.001;
    private const double LargestOrder = 1e6;

    /// <inheritdoc/>
    public string Name => "rdp";

    /// <summary>The Rényi divergence of the event at one order.</summary>
    /// <param name="privacyEvent">What was released.</param>
    /// <param name="order">α &gt; 1.</param>
    /// <returns>The divergence bound; +∞ for a release without noise, or where the order is too large to evaluate.</returns>
    /// <exception cref="UnsupportedEventException">The accountant does not know the event.</exception>
    public double Divergence(PrivacyEvent privacyEvent, double order)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(order, 1);
        var phases = EventPhases.OfEither(privacyEvent, Name);
        return phases.IsNonPrivate ? double.PositiveInfinity : DivergenceOf(phases)(order);
    }

    /// <inheritdoc/>
    public PrivacyGuarantee Epsilon(PrivacyEvent privacyEvent, double delta)
    {
        PrivacyArgument.Delta(delta);
        if (TruncationCharge.Price(privacyEvent, delta, Epsilon) is { } capped)
        {
            return capped;
        }

        var phases = EventPhases.OfEither(privacyEvent, Name);
        if (phases.IsNonPrivate)
        {
            return new PrivacyGuarantee(double.PositiveInfinity, double.PositiveInfinity, delta, Name);
        }

        var divergence = DivergenceOf(phases);
        return phases.Phases.Count + phases.Replacing.Count == 0 || TotalVariationIsBelow(delta, divergence)
            ? new PrivacyGuarantee(0, 0, delta, Name)
            : new PrivacyGuarantee(Minimise(divergence, delta).Epsilon, 0, delta, Name);
    }

    /// <summary>The order at which the bound is smallest.</summary>
    internal static (double Epsilon, double Order) Minimise(Func<double, double> divergenceAt, double delta)
    {
        double At(double logOrder)
        {
            var order = 1 + Math.Exp(logOrder);
            var divergence = divergenceAt(order);
            return double.IsFinite(divergence)
                ? RenyiConversion.Epsilon(order, divergence, delta)
                : double.PositiveInfinity;
        }

        const double Stride = 0.35;
        var (best, bestAt, rises) = (double.PositiveInfinity, 0.0, 0);
        for (var at = Math.Log(SmallestOrder - 1); at < Math.Log(LargestOrder) && rises < 6; at += Stride)
        {
            var value = At(at);
            if (value < best)
            {
                (best, bestAt, rises) = (value, at, 0);
            }
            else
            {
                rises++;
            }
        }

        var (least, where) = GoldenSection.Minimise(At, bestAt - Stride, bestAt + Stride, 1e-7);
        return least < best ? (least, 1 + Math.Exp(where)) : (best, 1 + Math.Exp(bestAt));
    }

    private static Func<double, double> DivergenceOf(EventPhases phases)
    {
        if (phases.Replacing.Count == 0)
        {
            return order => Divergence(phases.Phases, order);
        }

        var steps = phases.Replacing.Select(r => (Moment: new WithoutReplacementMoment(r.Step), r.Steps)).ToList();
        return order =>
            order > WithoutReplacementMoment.MaximumOrder
                ? double.PositiveInfinity
                : steps.Sum(s => s.Steps * s.Moment.LogMoment(order)) / (order - 1) * (1 + Slack);
    }

    private static double Divergence(IReadOnlyList<EventPhase> phases, double order)
    {
        var moment = 0.0;
        foreach (var phase in phases)
        {
            if (phase.SamplingRate < 1 && order > SampledGaussianMoment.MaximumOrder(phase.NoiseMultiplier))
            {
                return double.PositiveInfinity;
            }

            moment += phase.Steps * SampledGaussianMoment.LogMoment(phase.SamplingRate, phase.NoiseMultiplier, order);
        }

        return moment / (order - 1) * (1 + Slack);
    }

    // Bretagnolle–Huber: total variation ≤ √(1 − e^−KL) and KL ≤ any Rényi divergence; a total variation of at most δ is (0, δ).
    private static bool TotalVariationIsBelow(double delta, Func<double, double> divergence) =>
        -SpecialFunctions.ExpMinusOne(-divergence(SmallestOrder)) < delta * delta * (1 - 1e-9);
}
