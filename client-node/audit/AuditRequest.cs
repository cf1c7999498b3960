using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>What is claimed, and how large an audit shall be.</summary>
internal sealed record AuditRequest
{
    /// <summary>What is put to the test.</summary>
    public required AuditKind Kind { get; init; }

    /// <summary>σ ÷ maxGradNorm, &gt; 0.</summary>
    public required double NoiseMultiplier { get; init; }

    /// <summary>C &gt; 0.</summary>
    public required double MaxGradNorm { get; init; }

    /// <summary>The public divisor, ≥ 1.</summary>
    public required int ExpectedBatchSize { get; init; }

    /// <summary>δ at which ε is told.</summary>
    public required double Delta { get; init; }

    /// <summary>q; 1 in the first two kinds, where the audited record takes part in every step.</summary>
    public required double SamplingRate { get; init; }

    /// <summary>Noised steps; 1 for the mechanism.</summary>
    public required int Steps { get; init; }

    /// <summary>d of the mechanism's release, ≥ 3.</summary>
    public required int Dimension { get; init; }

    /// <summary>Games of each kind; canaries; or records of each kind.</summary>
    public required int Size { get; init; }

    /// <summary>Canaries that are guessed; half of them as members.</summary>
    public required int Guesses { get; init; }

    /// <summary>Probability that a right mechanism is accused.</summary>
    public required double Significance { get; init; }

    /// <summary>The noise under audit.</summary>
    public required AuditNoise Noise { get; init; }

    /// <summary>What all steps together cost.</summary>
    public PrivacyEvent Event =>
        new RepeatedEvent(new PoissonSampledGaussianEvent(SamplingRate, NoiseMultiplier), Steps);

    /// <summary>ε of all steps at <see cref="Delta"/>.</summary>
    public double ClaimedEpsilon => Accountants.Best(Event, Delta).Epsilon;
}
