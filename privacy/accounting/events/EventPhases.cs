namespace Federated.Privacy.Accounting;

/// <summary>
/// An event flattened to its distinct phases. Steps with q = 0 vanish; all steps with q = 1 are one Gaussian of 1/σ² = Σ 1/σᵢ²
/// (independent Gaussians compose to a Gaussian; exact).
/// </summary>
internal sealed class EventPhases
{
    private readonly Dictionary<(double Rate, double Noise), long> _steps = [];
    private readonly Dictionary<SampledWithoutReplacementGaussianEvent, long> _replacing = [];
    private double _gaussianPrecision;

    private EventPhases() { }

    public bool IsNonPrivate { get; private set; }

    public IReadOnlyList<EventPhase> Phases { get; private set; } = [];

    /// <summary>Phases under the other neighbouring relation, replace one; without the phases above.</summary>
    public IReadOnlyList<(SampledWithoutReplacementGaussianEvent Step, long Steps)> Replacing { get; private set; } =
    [];

    /// <summary>The phases under add-or-remove adjacency.</summary>
    /// <exception cref="UnsupportedEventException">An event is of another kind.</exception>
    public static EventPhases Of(PrivacyEvent @event, string accountant)
    {
        var phases = OfEither(@event, accountant);
        return phases.Replacing is [var other, ..]
            ? throw new UnsupportedEventException(accountant, other.Step)
            : phases;
    }

    /// <summary>The phases under either adjacency.</summary>
    /// <exception cref="UnsupportedEventException">An event is unknown, or both relations are mixed.</exception>
    public static EventPhases OfEither(PrivacyEvent @event, string accountant)
    {
        ArgumentNullException.ThrowIfNull(@event);
        var phases = new EventPhases();
        phases.Add(@event, 1, accountant);
        var list = phases
            ._steps.Select(p => new EventPhase(p.Key.Rate, p.Key.Noise, p.Value))
            .OrderBy(p => p.SamplingRate)
            .ThenBy(p => p.NoiseMultiplier)
            .ToList();
        if (phases._gaussianPrecision > 0)
        {
            list.Add(new EventPhase(1, 1 / Math.Sqrt(phases._gaussianPrecision), 1));
        }

        phases.Phases = list;
        phases.Replacing = [.. phases._replacing.Select(p => (p.Key, p.Value))];
        return list.Count > 0 && phases.Replacing is [var other, ..]
            ? throw new UnsupportedEventException(
                accountant,
                other.Step,
                "it replaces one unit where the events beside it add or remove one: price them apart"
            )
            : phases;
    }

    private void Add(PrivacyEvent @event, long times, string accountant)
    {
        if (times == 0)
        {
            return;
        }

        switch (@event)
        {
            case NonPrivateEvent:
                IsNonPrivate = true;
                break;
            case GaussianEvent gaussian:
                AddStep(1, gaussian.NoiseMultiplier, times);
                break;
            case PoissonSampledGaussianEvent sampled:
                AddStep(sampled.SamplingRate, sampled.NoiseMultiplier, times);
                break;
            case BatchClippedGaussianEvent batch:
                AddStep(batch.SamplingRate, batch.EffectiveNoiseMultiplier, times);
                break;
            case TreeAggregationEvent tree:
                AddStep(1, tree.EffectiveNoiseMultiplier, times);
                break;
            case BandedMatrixFactorizationEvent banded:
                AddStep(1, banded.EffectiveNoiseMultiplier, times);
                break;
            case SampledWithoutReplacementGaussianEvent replacing:
                _replacing[replacing] = checked(_replacing.GetValueOrDefault(replacing) + times);
                break;
            case RepeatedEvent repeated:
                Add(repeated.Event, checked(times * repeated.Count), accountant);
                break;
            case ComposedEvent composed:
                foreach (var part in composed.Events)
                {
                    Add(part, times, accountant);
                }

                break;
            default:
                throw new UnsupportedEventException(accountant, @event);
        }
    }

    private void AddStep(double rate, double noise, long times)
    {
        if (rate == 1)
        {
            _gaussianPrecision += times / (noise * noise);
        }
        else if (rate > 0)
        {
            _steps[(rate, noise)] = checked(_steps.GetValueOrDefault((rate, noise)) + times);
        }
    }
}
