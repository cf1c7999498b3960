namespace Federated.Lab.Pretrain;

/// <summary>The share of the peak learning rate at each step: a linear rise, then a linear fall to zero (https://arxiv.org/abs/2502.15938).</summary>
/// <param name="Steps">Steps in all, ≥ 1.</param>
/// <param name="WarmupSteps">Steps of the rise, ≥ 0.</param>
public sealed record LearningRateSchedule(int Steps, int WarmupSteps)
{
    /// <summary>The factor at a step.</summary>
    /// <param name="step">0..Steps-1.</param>
    /// <returns>In (0, 1].</returns>
    public double At(int step) =>
        step < WarmupSteps ? (step + 1.0) / WarmupSteps : (double)(Steps - step) / Math.Max(1, Steps - WarmupSteps);
}
