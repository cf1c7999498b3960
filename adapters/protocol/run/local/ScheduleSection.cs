namespace Federated.Protocol;

/// <summary>The learning rate over the optimizer steps of a whole run; it goes on from version to version.</summary>
public sealed record ScheduleSection
{
    /// <summary>constant | linear | cosine.</summary>
    public string Name { get; init; } = "constant";

    /// <summary>Optimizer steps of the linear rise at the start of the run. ≥ 0.</summary>
    public int WarmupSteps { get; init; }
}
