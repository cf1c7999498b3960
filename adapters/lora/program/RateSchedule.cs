namespace Federated.Adapters;

/// <summary>
/// The share of the learning rate at each optimizer step of a whole run. It does not begin anew with each version: step k of an update
/// from base version s is step s · stepsPerUpdate + k of the run, a public number.
/// </summary>
/// <param name="Kind">What follows the warm-up.</param>
/// <param name="WarmupSteps">Steps of a linear rise from near zero, ≥ 0.</param>
/// <param name="TotalSteps">Steps of the whole run, ≥ 1.</param>
public sealed record RateSchedule(ScheduleKind Kind, long WarmupSteps, long TotalSteps)
{
    /// <summary>Always the whole learning rate.</summary>
    public static RateSchedule Constant { get; } = new(ScheduleKind.Constant, 0, 1);

    /// <summary>The factor at a step.</summary>
    /// <param name="step">The run's step, ≥ 0; past the last one it stays what it was there.</param>
    /// <returns>In (0, 1].</returns>
    public double At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (step < WarmupSteps)
        {
            return (step + 1.0) / WarmupSteps;
        }

        var length = Math.Max(1, TotalSteps - WarmupSteps);
        var share = Math.Min(step - WarmupSteps, length - 1) / (double)length; // [0, 1)
        return Kind switch
        {
            ScheduleKind.Constant => 1,
            ScheduleKind.Linear => 1 - share,
            _ => (1 + Math.Cos(Math.PI * share)) / 2,
        };
    }

    /// <summary>Reads a kind by the name that run documents use.</summary>
    /// <param name="name">constant | linear | cosine.</param>
    /// <exception cref="ArgumentException">Another name.</exception>
    public static ScheduleKind ParseKind(string name) =>
        name switch
        {
            "constant" => ScheduleKind.Constant,
            "linear" => ScheduleKind.Linear,
            "cosine" => ScheduleKind.Cosine,
            _ => throw new ArgumentException(
                $"schedule.name = \"{name}\"; expected constant, linear or cosine.",
                nameof(name)
            ),
        };
}
