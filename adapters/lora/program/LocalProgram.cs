namespace Federated.Adapters;

/// <summary>
/// How noisy gradients become an update: everything of a node's work that is public and comes after the noise, so that whoever knows the
/// gradients can do the same (post-processing; and what a silo unrolls to bring a late update up to date).
/// </summary>
/// <remarks>
/// From θ₀ = θ_base, for each optimizer step: average <see cref="Accumulation"/> noisy gradients, add <see cref="Proximal"/> · (θ − θ₀),
/// take the optimizer's step with the learning rate of the schedule.
/// </remarks>
public sealed record LocalProgram
{
    /// <summary>Noisy gradients of an update, ≥ 1: what the privacy accounting counts.</summary>
    public required int Steps { get; init; }

    /// <summary>The optimizer; its state begins anew with each update.</summary>
    public required LocalOptimizerOptions Optimizer { get; init; }

    /// <summary>What becomes of the learning rate over the run.</summary>
    public RateSchedule Schedule { get; init; } = RateSchedule.Constant;

    /// <summary>Noisy gradients averaged in one optimizer step, ≥ 1; divides <see cref="Steps"/>.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>μ of FedProx (Li et al. 2020): pulls back to the base; ≥ 0. A function of public values, so after the noise.</summary>
    public double Proximal { get; init; }

    /// <summary>Optimizer steps of an update.</summary>
    public int OptimizerSteps => Steps / Accumulation;

    /// <summary>The share of the learning rate in an optimizer step of an update.</summary>
    /// <param name="baseVersion">The update's base, ≥ 0.</param>
    /// <param name="step">0 … <see cref="OptimizerSteps"/> − 1.</param>
    public double RateAt(long baseVersion, long step) => Schedule.At((baseVersion * OptimizerSteps) + step);

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentException">One is out of range; the message names it.</exception>
    public void Require()
    {
        if (Steps < 1 || Accumulation < 1 || Steps % Accumulation != 0)
        {
            throw new ArgumentException(
                $"local.accumulation = {Accumulation} does not divide local.steps = {Steps}; write a divisor."
            );
        }

        if (!(Proximal >= 0) || double.IsInfinity(Proximal))
        {
            throw new ArgumentException($"local.proximal = {Proximal}; expected 0 or more.");
        }
    }
}
