using Federated.Adapters;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>The local program that a run document describes.</summary>
internal static class LocalPrograms
{
    /// <summary>Which directions a run goes on with at which version; null = all at each.</summary>
    /// <param name="run">A document that fulfils its rules.</param>
    public static RankSchedule? RanksOf(RunDocument run) =>
        run.Adapter.RankAllocation is { } ranks ? new(ranks.TargetRank, ranks.From, ranks.To) : null;

    /// <summary>Reads it.</summary>
    /// <param name="run">A document that fulfils its rules.</param>
    public static LocalProgram Of(RunDocument run)
    {
        var local = run.Local;
        return new LocalProgram
        {
            Steps = local.Steps,
            Accumulation = local.Accumulation,
            Proximal = local.Proximal,
            Optimizer = new LocalOptimizerOptions(
                local.Optimizer.Name,
                local.Optimizer.LearningRate,
                local.Optimizer.WeightDecay,
                Momentum: local.Optimizer.Momentum
            ),
            Schedule = new RateSchedule(
                RateSchedule.ParseKind(local.Schedule.Name),
                local.Schedule.WarmupSteps,
                (long)run.Rounds.Versions * (local.Steps / local.Accumulation)
            ),
        };
    }
}
