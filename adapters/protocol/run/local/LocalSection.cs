namespace Federated.Protocol;

/// <summary>The local program that turns a base version into an update.</summary>
public sealed record LocalSection
{
    /// <summary>Noisy gradients per update: what privacy is charged for. ≥ 1.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>The local optimizer.</summary>
    public OptimizerSection Optimizer { get; init; } = new();

    /// <summary>What becomes of the learning rate over all versions of the run.</summary>
    public ScheduleSection Schedule { get; init; } = new();

    /// <summary>Noisy gradients averaged in one optimizer step. ≥ 1, divides <see cref="Steps"/>.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>μ of FedProx: each step is pulled back to the base by μ · (θ − θ_base), after the noise. ≥ 0.</summary>
    public double Proximal { get; init; }

    /// <summary>Tokens of a record that are used; the rest is cut. 2 … the model's context.</summary>
    public int MaxSequenceLength { get; init; } = 128;

    /// <summary>True: of a record with prompt and completion, only the completion is predicted.</summary>
    public bool PromptMasking { get; init; } = true;

    /// <summary>Share of each target's probability that is spread over all classes. [0, 1).</summary>
    public double LabelSmoothing { get; init; }
}
