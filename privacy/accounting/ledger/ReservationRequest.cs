using System.Text.Json.Serialization;

namespace Federated.Privacy.Accounting;

/// <summary>The whole plan of one run for one source: every step that the node could ever be asked for, reserved at consent.</summary>
public sealed record ReservationRequest
{
    /// <summary>The owner's name for the data; its ledger is permanent.</summary>
    public required string Source { get; init; }

    /// <summary>SHA-256 of the run's canonical document, 64 lowercase hexadecimal digits.</summary>
    public required string RunDigest { get; init; }

    /// <summary>q in (0, 1]: expected batch size ÷ declared record count.</summary>
    public required double SamplingRate { get; init; }

    /// <summary>σ ÷ maxGradNorm, &gt; 0; 0 only in a plan without a guarantee.</summary>
    public required double NoiseMultiplier { get; init; }

    /// <summary>Versions × local steps, ≥ 1.</summary>
    public required long Steps { get; init; }

    /// <summary>C, the L2 bound of one unit's gradient, &gt; 0.</summary>
    public required double MaxGradNorm { get; init; }

    /// <summary>What one neighbour differs by: <c>record</c> or <c>subject</c>.</summary>
    public required string Unit { get; init; }

    /// <summary>What makes the noise, as in <see cref="Attestation.Mechanism"/>.</summary>
    public string Mechanism { get; init; } = Attestation.RoundedGaussian;

    /// <summary>How the units of a step are drawn: each by itself with probability <see cref="SamplingRate"/>.</summary>
    public string SamplingScheme { get; init; } = "poisson";

    /// <summary>What makes two data sets neighbours.</summary>
    public string Adjacency { get; init; } = Attestation.AddOrRemoveOne;

    /// <summary>How the source's plans add up across runs; its first plan fixes it.</summary>
    public PlanComposition Composition { get; init; }

    /// <summary>What the owner allows this source in all.</summary>
    public required PrivacyBudget Budget { get; init; }

    /// <summary>
    /// δ at which this plan is priced; it is taken from the source's budget. Null takes half of what is left at most, so that there is
    /// always a share for a later run.
    /// </summary>
    public double? Delta { get; init; }

    /// <summary>Noised metrics of the run; null = none. Entries of plans without them look as they always did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MetricPlan? Metrics { get; init; }

    /// <summary>False for test noise: the plan has no guarantee, is charged nothing, and marks the source's record for good.</summary>
    public bool IsPrivate { get; init; } = true;

    /// <summary>The plan as an event that any accountant can price.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public PrivacyEvent ToEvent() => ToEvent(Steps, Metrics?.Releases ?? 0);

    internal PrivacyEvent ToEvent(long steps, long metrics)
    {
        if (!IsPrivate)
        {
            return new NonPrivateEvent();
        }

        var training = new RepeatedEvent(new PoissonSampledGaussianEvent(SamplingRate, NoiseMultiplier), steps);
        return Metrics is null ? training : new ComposedEvent([training, Metrics.ToEvent(metrics)]);
    }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Source);
        ArgumentException.ThrowIfNullOrWhiteSpace(Unit);
        ArgumentException.ThrowIfNullOrWhiteSpace(Mechanism);
        if (SamplingScheme != "poisson" || Adjacency != Attestation.AddOrRemoveOne || !Enum.IsDefined(Composition))
        {
            throw new ArgumentException(
                $"samplingScheme = '{SamplingScheme}', adjacency = '{Adjacency}', composition = '{Composition}'; the ledger prices poisson, "
                    + $"{Attestation.AddOrRemoveOne}, and basic or renyi"
            );
        }

        ArgumentNullException.ThrowIfNull(Budget);
        LedgerDigest.Check(RunDigest, nameof(RunDigest));
        PrivacyArgument.PositiveFinite(PrivacyArgument.SamplingRate(SamplingRate), "samplingRate");
        PrivacyArgument.PositiveFinite(MaxGradNorm, "maxGradNorm");
        if (IsPrivate || NoiseMultiplier != 0)
        {
            PrivacyArgument.NoiseMultiplier(NoiseMultiplier);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 1);
        if (Metrics is not null)
        {
            Metrics.Validate();
            if (Unit != "record")
            {
                throw new ArgumentException(
                    $"metrics with unit = '{Unit}'; one record is what a noised metric protects"
                );
            }
        }

        if (Delta is { } delta)
        {
            PrivacyArgument.Delta(delta);
        }
    }
}
