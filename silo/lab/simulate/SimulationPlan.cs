using Federated.Protocol;

namespace Federated.Lab.Simulate;

/// <summary>Everything that determines a simulation: the same plan always ends with the same journal.</summary>
internal sealed record SimulationPlan
{
    /// <summary>The run, fitted to the task.</summary>
    public required RunDocument Document { get; init; }

    /// <summary>The nodes' keys (<see cref="VirtualKey.Of(long, int)"/> of the seed); at least one.</summary>
    public required IReadOnlyList<VirtualKey> Keys { get; init; }

    /// <summary>N.</summary>
    public int Nodes => Keys.Count;

    /// <summary>Seed of times and data.</summary>
    public required long Seed { get; init; }

    /// <summary>Who takes part when; asked for once.</summary>
    public required Func<IParticipation> Participation { get; init; }

    /// <summary>How long work takes.</summary>
    public WorkTimeOptions Times { get; init; } = new();

    /// <summary>A silo's data folder; null = everything stays in memory.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Versions from one evaluation to the next; the first and the last are always evaluated. ≥ 1.</summary>
    public int EvaluateEvery { get; init; } = 1;

    /// <summary>Updates that are computed at the same time. ≥ 1.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
