namespace Federated.Privacy.Accounting;

/// <summary>
/// An event flattened to its distinct phases. Steps with q = 0 vanish; all steps with q = 1 are one Gaussian of 1/σ² = Σ 1/σᵢ²
/// (independent Gaussians compose to a Gaussian; exact).
/// </summary>
internal sealed class EventPhases
{
    private readonly Dictionary<(double Rate, double Noise), long> _steps = [];
    private double _gaussianPrecision;

    private EventPhases() { }

    public bool IsNonPrivate { get; private set; }

    public IReadOnlyList<EventPhase> Phases { get; private set; } = [];

    public static EventPhases Of(PrivacyEvent @event, string accountant)
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
        return phases;
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
