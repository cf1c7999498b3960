using System.Collections.Immutable;

namespace Federated.Privacy.Accounting;

/// <summary>Turns a plan with capped steps into plans of sampled Gaussian steps whose prices, each at its own δ, bound its price.</summary>
/// <remarks>
/// Let K be how many of the capped steps displace a unit, and δₖ(ε) the plan's δ if k do; it rises with k. For levels k₀ &lt; k₁ &lt; …,
/// δ(ε) ≤ δ_k₀(ε) + Pr[K &gt; k₀]·δ_k₁(ε) + Pr[K &gt; k₁]·δ_k₂(ε) + …: what is rare may have a large δ. Each term gets a share of δ.
/// </remarks>
internal static class TruncationCharge
{
    // Of δ, for the chance that the cap is reached more often than the last level charges.
    private const double Ignored = 1e-3;

    // Of δ, for all levels but the first; each is valid, and which is best depends on the plan.
    private static readonly double[] Rare = [0.06, 0.12, 0.24, 0.48];

    /// <summary>The plan's price by an accountant of sampled Gaussian steps; null if the plan holds no capped step.</summary>
    /// <param name="privacyEvent">The plan.</param>
    /// <param name="delta">δ in (0, 1).</param>
    /// <param name="price">The accountant.</param>
    public static PrivacyGuarantee? Price(
        PrivacyEvent privacyEvent,
        double delta,
        Func<PrivacyEvent, double, PrivacyGuarantee> price
    )
    {
        var capped = new Dictionary<TruncatedPoissonSampledGaussianEvent, long>();
        var rest = Take(privacyEvent, 1, capped);
        if (capped.Count == 0)
        {
            return null;
        }

        var levels = new List<(PrivacyEvent Event, double Exceeded)>();
        for (var allowed = 0.1; levels.Count == 0 || levels[^1].Exceeded > Ignored * delta; allowed *= 1e-2)
        {
            var level = Level(rest, capped, Math.Max(allowed, Ignored * delta));
            if (levels.Count == 0 || level.Exceeded < levels[^1].Exceeded)
            {
                levels.Add(level);
            }
        }

        // The most expensive level is a price, by each split of δ. What bounds a level from below does not bound the capped steps.
        var splits = levels.Count == 1 ? [0.0] : Rare;
        return splits
            .Select(rare => Charges(levels, delta, rare).Select(c => price(c.Event, c.Delta)).MaxBy(c => c.Epsilon)!)
            .MinBy(c => c.Epsilon)! with
        {
            Delta = delta,
            EpsilonLower = 0,
        };
    }

    private static IEnumerable<(PrivacyEvent Event, double Delta)> Charges(
        List<(PrivacyEvent Event, double Exceeded)> levels,
        double delta,
        double rare
    )
    {
        yield return (levels[0].Event, delta * (1 - Ignored - rare));
        for (var i = 1; i < levels.Count; i++)
        {
            var share = rare / (levels.Count - 1) * delta / levels[i - 1].Exceeded;
            if (share < 1)
            {
                yield return (levels[i].Event, share);
            }
        }
    }

    // So many displaced units that more are at most as likely as allowed.
    private static (PrivacyEvent Event, double Exceeded) Level(
        PrivacyEvent rest,
        Dictionary<TruncatedPoissonSampledGaussianEvent, long> capped,
        double allowed
    )
    {
        var parts = ImmutableArray.CreateBuilder<PrivacyEvent>();
        parts.Add(rest);
        var exceeded = 0.0;
        foreach (var (step, count) in capped)
        {
            var (rate, noise, probability) = (step.SamplingRate, step.NoiseMultiplier, step.CapProbability);
            var displaced = Displaced(count, probability, allowed / capped.Count);
            exceeded += displaced < count ? BinomialTail.Upper(displaced + 1, count, probability) : 0;
            parts.Add(new RepeatedEvent(new PoissonSampledGaussianEvent(rate, noise), count - displaced));
            if (displaced > 0)
            {
                parts.Add(new RepeatedEvent(new PoissonSampledGaussianEvent(rate, noise / 2), displaced));
            }
        }

        return (new ComposedEvent(parts.ToImmutable()), exceeded);
    }

    // What is left of the event; its capped steps go into the tally.
    private static PrivacyEvent Take(
        PrivacyEvent @event,
        long times,
        Dictionary<TruncatedPoissonSampledGaussianEvent, long> capped
    )
    {
        switch (@event)
        {
            case TruncatedPoissonSampledGaussianEvent step:
                if (times > 0)
                {
                    capped[step] = checked(capped.GetValueOrDefault(step) + times);
                }

                return new ComposedEvent([]);
            case RepeatedEvent repeated:
                return new RepeatedEvent(Take(repeated.Event, checked(times * repeated.Count), capped), repeated.Count);
            case ComposedEvent composed:
                return new ComposedEvent([.. composed.Events.Select(part => Take(part, times, capped))]);
            default:
                return @event;
        }
    }

    // The least m with Pr[Bin(steps, η) > m] ≤ allowed.
    private static long Displaced(long steps, double probability, double allowed)
    {
        if (probability >= 1)
        {
            return steps;
        }

        bool Enough(long m) => BinomialTail.Upper(m + 1, steps, probability) <= allowed;
        var (low, high) = (-1L, steps);
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = Enough(middle) ? (low, middle) : (middle, high);
        }

        return high;
    }
}
