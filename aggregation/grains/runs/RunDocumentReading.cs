using System.Collections.Immutable;
using System.Globalization;
using Federated.Adapters;
using Federated.Protocol;

namespace Federated.Aggregation.Grains;

/// <summary>What coordination needs of a run document.</summary>
public static class RunDocumentReading
{
    /// <summary>The recipe of the run's layout.</summary>
    public static LayoutRecipe Recipe(RunDocument document, ImmutableArray<LinearLayer> layers) =>
        new(
            layers,
            document.Adapter.Rank,
            document.Adapter.Alpha,
            document.Adapter.Scaling,
            [.. document.Adapter.Targets],
            document.Adapter.Seed,
            document.Adapter.Factors,
            document.Adapter.RankPattern.ToImmutableDictionary(StringComparer.Ordinal),
            document.Adapter.Initialisation?.Sha256
        );

    /// <summary>What a run says about its adapter.</summary>
    /// <param name="adapter">The section.</param>
    /// <param name="initial">The A factors where the section names a file; null elsewhere.</param>
    public static AdapterOptions Options(AdapterSection adapter, InitialFactors? initial = null) =>
        new(adapter.Rank, adapter.Alpha, AdapterOptions.ParseScaling(adapter.Scaling), adapter.Targets, adapter.Seed)
        {
            Factors = AdapterOptions.ParseFactors(adapter.Factors),
            RankPattern = adapter.RankPattern,
            Initial = initial,
        };

    /// <summary>The terms of the run.</summary>
    public static RunTerms Terms(RunDocument document, string runDigest, AdapterLayout layout) =>
        new()
        {
            RunDigest = runDigest,
            Layout = layout,
            UpdatePrecision = BlobPrecisions.Parse(document.Adapter.UpdateDtype),
            Versions = document.Rounds.Versions,
            MaxStaleness = document.Rounds.MaxStaleness,
            LeaveAfter = document.Rounds.LeaveAfter,
            KeepUpdates = document.Retention.Updates,
            Close = Close(document.Rounds.Close),
            Participation = Participation(document),
            WeighsDeclaredRecords = document.Aggregation.Weights == "declared",
            Staleness = Staleness(document.Aggregation.Staleness),
            Merge = Merge(document.Aggregation.Merge),
            Ranks = document.Adapter.RankAllocation is { } ranks ? new(ranks.TargetRank, ranks.From, ranks.To) : null,
            ServerOptimizer = ServerOptimizer(document, layout),
            Robust = Robust(document, layout),
            Central = Central(document),
            Mechanism = Mechanism(document),
            Evaluation = document.Evaluation is { } evaluation
                ? new(evaluation.Every, document.Stop?.Patience, document.Stop?.MinDelta ?? 0)
                : null,
        };

    /// <summary>What follows from the document about every honest update of the run.</summary>
    public static HonestUpdate Honest(RunDocument document, AdapterLayout layout) =>
        new()
        {
            Program = Program(document),
            Mechanism = Mechanism(document),
            // A run that trains the factors in turn sends the one or the other.
            Dimension = Math.Max(layout.TrainedAt(0).Count, layout.TrainedAt(1).Count),
            Rounding = BlobPrecisions.Parse(document.Adapter.UpdateDtype) switch
            {
                BlobPrecision.Full => 1,
                BlobPrecision.BFloat16 => 1 + (1.0 / 128),
                // A block of 256 elements is rounded by at most 1/127 of its largest: √256 ÷ 127 of its norm.
                _ => 1 + (16.0 / 127),
            },
        };

    /// <summary>What every node does with its noisy gradients.</summary>
    public static LocalProgram Program(RunDocument document)
    {
        var local = document.Local;
        return new()
        {
            Steps = local.Steps,
            Accumulation = local.Accumulation,
            Proximal = local.Proximal,
            Optimizer = new(
                local.Optimizer.Name,
                local.Optimizer.LearningRate,
                local.Optimizer.WeightDecay,
                Momentum: local.Optimizer.Momentum
            ),
            Schedule = new(
                RateSchedule.ParseKind(local.Schedule.Name),
                local.Schedule.WarmupSteps,
                (long)document.Rounds.Versions * (local.Steps / local.Accumulation)
            ),
        };
    }

    private static RobustRule? Robust(RunDocument document, AdapterLayout layout)
    {
        if (RobustSection.Of(document) is not { } section)
        {
            return null;
        }

        var honest = Honest(document, layout);
        return new()
        {
            Method = section.Method switch
            {
                "normBound" => RobustMethod.NormBound,
                "median" => RobustMethod.Median,
                "trimmedMean" => RobustMethod.TrimmedMean,
                "krum" => RobustMethod.Krum,
                "multiKrum" => RobustMethod.MultiKrum,
                "geometricMedian" => RobustMethod.GeometricMedian,
                "centeredClip" => RobustMethod.CenteredClip,
                var other => throw Unknown("aggregation.robust.method", other),
            },
            Bound = section.Bound switch
            {
                "none" => null,
                "auto" => honest.NormBound(),
                var number => double.Parse(number, CultureInfo.InvariantCulture),
            },
            Byzantine = section.Byzantine ?? 0,
            Trim = section.Trim ?? 0,
            Select = section.Select,
            Radius = section.Radius ?? 0,
            Iterations = section.Iterations ?? 8,
            SignalToNoise = honest.SignalToNoise(),
            // One vote each would undo what these weights are for.
            IsWeighted = document.Aggregation.Participation.Method is "fedau" or "known",
        };
    }

    private static MechanismTerms Mechanism(RunDocument document) =>
        new(
            document.Privacy.Mechanism,
            document.Privacy.Unit,
            document.Privacy.NoiseMultiplier,
            document.Privacy.MaxGradNorm,
            document.Privacy.ExpectedBatchSize,
            document.Local.Steps
        )
        {
            AdaptiveClipping = document.Privacy.AdaptiveClipping is not null,
            Metrics = document.Metrics is { } metrics
                ? new(metrics.Every, metrics.NoiseMultiplier, metrics.LossClip)
                : null,
        };

    private static ClosePolicy Close(CloseSection close) =>
        new()
        {
            Cohort = close.Cohort,
            Quorum = close.Quorum,
            Buffer = close.Buffer,
            Deadline = close.Deadline,
            Grace = close.Grace,
            OnMissedQuorum = close.OnMissedQuorum switch
            {
                "extend" => MissedQuorum.Extend,
                "pause" => MissedQuorum.Pause,
                "fail" => MissedQuorum.Fail,
                var other => throw Unknown("rounds.close.onMissedQuorum", other),
            },
        };

    private static CentralPrivacy? Central(RunDocument document)
    {
        if (document.Aggregation.CentralPrivacy is not { } section)
        {
            return null;
        }

        var participation = document.Aggregation.Participation;
        // Constants of the document: nobody else can join, and fedavg divides by the cohort at least.
        var nodes = document.Participants.Nodes.Count;
        var cap = WeightCap.Parse(participation.WeightCap);
        var (divisor, weight) = participation.Method switch
        {
            "fedau" => (nodes, cap.Apply(participation.Cutoff, nodes)),
            "known" => (nodes, cap.Apply(1 / participation.Probabilities.Values.Min(), nodes)),
            "fedavg" => (document.Rounds.Close.Cohort!.Value, 1),
            "uniform" => (nodes, 1),
            var other => throw Unknown("aggregation.participation.method beside centralPrivacy", other),
        };
        return new(
            section.NoiseMultiplier,
            section.MaxUpdateNorm,
            divisor,
            weight,
            document.Rounds.Versions,
            section.Delta,
            section.BudgetEpsilon,
            section.BudgetDelta
        );
    }

    private static ParticipationPolicy Participation(RunDocument document)
    {
        var participation = document.Aggregation.Participation;
        return new(
            ParticipationMethods.Find(participation.Method)
                ?? throw Unknown("aggregation.participation.method", participation.Method),
            participation.Cutoff,
            WeightCap.Parse(participation.WeightCap)
        )
        {
            Window = participation.Window,
            Shrinkage = participation.Shrinkage,
            Probabilities = participation.Probabilities,
            LeastParticipants = document.Aggregation.CentralPrivacy is null ? 1 : document.Rounds.Close.Cohort!.Value,
        };
    }

    private static ServerOptimizerRule ServerOptimizer(RunDocument document, AdapterLayout layout)
    {
        var section = document.Aggregation.ServerOptimizer;
        return new()
        {
            Kind = section.Name switch
            {
                "sgd" => ServerOptimizerKind.Sgd,
                "avgm" => ServerOptimizerKind.Momentum,
                "adam" => ServerOptimizerKind.Adam,
                "yogi" => ServerOptimizerKind.Yogi,
                "adagrad" => ServerOptimizerKind.Adagrad,
                var other => throw Unknown("aggregation.serverOptimizer.name", other),
            },
            LearningRate = section.LearningRate,
            Beta1 = section.Beta1,
            Beta2 = section.Beta2,
            Tau = section.Tau,
            FlowerVariant = section.Variant switch
            {
                "paper" => false,
                "flower" => true,
                var other => throw Unknown("aggregation.serverOptimizer.variant", other),
            },
            UpdateNoise = section.UpdateNoise switch
            {
                "none" => 0,
                "auto" => Honest(document, layout).UpdateNoise(),
                var number => double.Parse(number, CultureInfo.InvariantCulture),
            },
        };
    }

    private static MergeMethod Merge(string method) =>
        method switch
        {
            "ffa" => MergeMethod.Ffa,
            "alternating" => MergeMethod.Alternating,
            "svd" => MergeMethod.Svd,
            "stack" => MergeMethod.Stack,
            "fedex" => MergeMethod.Fedex,
            "average" => MergeMethod.Average,
            var other => throw Unknown("aggregation.merge", other),
        };

    private static StalenessPolicy Staleness(StalenessSection staleness) =>
        new(
            staleness.Method switch
            {
                "weighted" => StalenessMethod.Weighted,
                "drop" => StalenessMethod.Drop,
                var other => throw Unknown("aggregation.staleness.method", other),
            },
            staleness.Exponent
        );

    private static NotSupportedException Unknown(string field, string value) =>
        new($"{field} = {value}; this release does not know it");
}
