using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Federated.Protocol.Tests;

/// <summary>Random documents that fulfil the rules, and a YAML text of each in another style than the canonical one.</summary>
internal static class RandomDocuments
{
    private static readonly Gen<double> Positive =
        from mantissa in Gen.Choose(1, 1_000_000)
        from exponent in Gen.Choose(-12, 2)
        select mantissa * Math.Pow(10, exponent) / 7;

    private static readonly Gen<TimeSpan> Duration =
        from count in Gen.Choose(1, 10_000)
        from unit in Gen.Elements(1_000, 60_000, 3_600_000)
        select TimeSpan.FromMilliseconds((long)count * unit);

    private static readonly Gen<CloseSection> Close =
        from cohort in Gen.Choose(1, 100)
        from quorum in Gen.Choose(1, cohort)
        from deadline in Duration
        from grace in Duration
        from missed in Gen.Elements("extend", "pause", "fail")
        from rule in Gen.Choose(0, 3)
        select rule switch
        {
            0 => new CloseSection { Cohort = cohort },
            1 => new CloseSection
            {
                Buffer = cohort,
                Deadline = deadline,
                OnMissedQuorum = missed,
            },
            2 => new CloseSection
            {
                Quorum = quorum,
                Deadline = deadline,
                Grace = grace,
            },
            _ => new CloseSection
            {
                Cohort = cohort,
                Quorum = quorum,
                Deadline = deadline,
                Grace = grace,
                OnMissedQuorum = missed,
            },
        };

    private static readonly Gen<PrivacySection> Privacy =
        from mechanism in Gen.Elements("gaussian", "test", "none")
        from noise in Positive.Select(noise => Math.Min(noise, 1e6))
        from norm in Positive.Select(norm => Math.Min(norm, 1e6))
        from batch in Gen.Choose(1, 4096)
        from rate in Gen.Choose(1, 1000)
        from delta in Gen.Choose(3, 12)
        from adapts in Gen.Elements(false, true)
        from quantile in Gen.Choose(1, 99)
        from countNoise in Gen.Choose(51, 999)
        select new PrivacySection
        {
            Mechanism = mechanism,
            NoiseMultiplier = mechanism == "none" ? 0 : noise,
            MaxGradNorm = norm,
            ExpectedBatchSize = batch,
            MaxSamplingRate = rate / 1000.0,
            Delta = Math.Pow(10, -delta),
            AdaptiveClipping =
                adapts && mechanism != "none"
                    ? new AdaptiveClippingSection
                    {
                        TargetQuantile = quantile / 100.0,
                        NoiseMultiplier = Math.Min(noise * countNoise / 100, 1e6),
                    }
                    : null,
        };

    private static readonly Gen<AdapterSection> Adapter =
        from rank in Gen.Choose(1, 1024)
        from alpha in Positive
        from scaling in Gen.Elements("rslora", "lora")
        from targets in Gen.Elements<string[]>(
            ["q_proj"],
            ["v_proj", "q_proj"],
            ["mlp.up_proj", "k_proj", "v_proj"],
            ["all-linear"],
            ["layers.*.q_proj"]
        )
        from seed in Gen.Choose(0, int.MaxValue)
        from ranks in Gen.Elements<Dictionary<string, int>>(
            [],
            new() { ["layers.0"] = 4, ["layers.1.*.q_proj"] = rank }
        )
        from dtype in Gen.Elements("f32", "bf16", "int8")
        from initialised in Gen.Elements(false, true)
        from target in Gen.Choose(0, rank)
        select new AdapterSection
        {
            Rank = rank,
            Alpha = alpha,
            Scaling = scaling,
            RankPattern = ranks,
            Targets = [.. targets],
            Seed = (long)seed << 31,
            UpdateDtype = dtype,
            RankAllocation =
                target == 0
                    ? null
                    : new()
                    {
                        TargetRank = target,
                        From = 1,
                        To = 2,
                    },
            Initialisation = initialised ? new() { Sha256 = Documents.Sha256 } : null,
        };

    private static readonly Gen<LocalSection> Local =
        from optimizer in Gen.Elements("adamw", "sgd", "adafactor")
        from schedule in Gen.Elements("constant", "linear", "cosine")
        from warmup in Gen.Choose(0, 9)
        from hundredths in Gen.Choose(0, 99)
        from accumulation in Gen.Choose(1, 2)
        from masking in Gen.Elements(true, false)
        select new LocalSection
        {
            Accumulation = accumulation,
            LabelSmoothing = hundredths / 100.0,
            Proximal = hundredths / 7.0,
            PromptMasking = masking,
            Schedule = new() { Name = schedule, WarmupSteps = warmup },
            Optimizer = new() { Name = optimizer, Momentum = optimizer == "sgd" ? hundredths / 100.0 : 0 },
        };

    private static readonly Gen<RunDocument> Document =
        from adapter in Adapter
        from privacy in Privacy
        from close in Close
        from learningRate in Positive.Select(rate => Math.Min(rate, 1e3))
        from steps in Gen.Choose(1, 1000)
        from local in Local
        from cap in Gen.OneOf(
            Gen.Elements("N", "none"),
            Positive.Select(cap => cap.ToString("R", CultureInfo.InvariantCulture))
        )
        from aggregation in RandomAggregations.Any
        from leaveAfter in Duration
        from kept in Gen.Choose(0, 90)
        from named in Gen.Elements("run-7", null)
        from precision in Gen.Elements("float32", "bfloat16", "int8", "nf4")
        select new RunDocument
        {
            Name = named,
            Participants = new() { Group = "group_" + steps },
            BaseModel = new()
            {
                Name = "base/model",
                Sha256 = Documents.Sha256,
                Precision = precision,
                PackedSha256 = precision is "int8" or "nf4" ? Documents.Sha256 : null,
            },
            Adapter = adapter with
            {
                Factors = RandomAggregations.FactorsOf(aggregation),
                RankAllocation = RandomAggregations.FactorsOf(aggregation) == "b" ? adapter.RankAllocation : null,
                Initialisation = aggregation.Merge == "stack" ? null : adapter.Initialisation,
            },
            Privacy = privacy,
            Local = local with
            {
                Steps = steps,
                Accumulation = local.Accumulation == 1 ? 1 : steps,
                Optimizer = local.Optimizer with { LearningRate = learningRate },
            },
            Rounds = new() { Close = close, LeaveAfter = leaveAfter },
            Aggregation = aggregation with { Participation = aggregation.Participation with { WeightCap = cap } },
            Retention = new() { Updates = TimeSpan.FromDays(kept) },
        };

    public static Arbitrary<RunDocument> Arbitrary => Document.ToArbitrary();

    /// <summary>Block style, other order, exponents, milliseconds; sets in ordinal order so that equal documents give equal text.</summary>
    public static string ToYaml(RunDocument document)
    {
        var yaml = new StringBuilder();
        void Line(string text) => yaml.Append(text).Append('\n');
        void Optional(string key, object? value)
        {
            if (value is not null)
            {
                Line(string.Create(CultureInfo.InvariantCulture, $"{key}: {value}"));
            }
        }

        var close = document.Rounds.Close;
        Line("rounds:");
        Line($"  leaveAfter: {Milliseconds(document.Rounds.LeaveAfter)}");
        Line("  close:");
        Optional("    quorum", close.Quorum);
        Optional("    cohort", close.Cohort);
        Optional("    buffer", close.Buffer);
        Optional("    deadline", close.Deadline is { } deadline ? Milliseconds(deadline) : null);
        Line($"    grace: {Milliseconds(close.Grace)}");
        Line($"    onMissedQuorum: {close.OnMissedQuorum}");
        Line("privacy:");
        Line($"  mechanism: {document.Privacy.Mechanism}");
        Line($"  noiseMultiplier: {Exponent(document.Privacy.NoiseMultiplier)}");
        Line($"  maxGradNorm: {Exponent(document.Privacy.MaxGradNorm)}");
        Line($"  delta: {Exponent(document.Privacy.Delta)}");
        Line($"  maxSamplingRate: {Exponent(document.Privacy.MaxSamplingRate)}");
        Line($"  expectedBatchSize: {document.Privacy.ExpectedBatchSize}");
        if (document.Privacy.AdaptiveClipping is { } adaptive)
        {
            Line(
                $"  adaptiveClipping: {{ targetQuantile: {Exponent(adaptive.TargetQuantile)}, "
                    + $"noiseMultiplier: {Exponent(adaptive.NoiseMultiplier)}, learningRate: {Exponent(adaptive.LearningRate)} }}"
            );
        }

        Line("local:");
        Line($"  steps: {document.Local.Steps}");
        var local = document.Local;
        Line(
            $"  optimizer: {{ momentum: {Exponent(local.Optimizer.Momentum)}, name: {local.Optimizer.Name}, "
                + $"learningRate: {Exponent(local.Optimizer.LearningRate)} }}"
        );
        Line($"  schedule: {{ warmupSteps: {local.Schedule.WarmupSteps}, name: {local.Schedule.Name} }}");
        Line($"  promptMasking: {(local.PromptMasking ? "true" : "false")}");
        Line($"  proximal: {Exponent(local.Proximal)}");
        Line($"  labelSmoothing: {Exponent(local.LabelSmoothing)}");
        Line($"  accumulation: {local.Accumulation}");
        Line("adapter:");
        Line($"  seed: {document.Adapter.Seed}");
        Line($"  updateDtype: {document.Adapter.UpdateDtype}");
        Line($"  factors: {document.Adapter.Factors}");
        Line($"  rank: {document.Adapter.Rank}");
        Line("  rankPattern:");
        foreach (var (pattern, rank) in document.Adapter.RankPattern)
        {
            Line($"    \"{pattern}\": {rank}");
        }

        if (document.Adapter.Initialisation is { } initialisation)
        {
            Line($"  initialisation: {{ sha256: {initialisation.Sha256}, method: {initialisation.Method} }}");
        }

        if (document.Adapter.RankAllocation is { } ranks)
        {
            Line($"  rankAllocation: {{ to: {ranks.To}, targetRank: {ranks.TargetRank}, from: {ranks.From} }}");
        }

        Line($"  alpha: {Exponent(document.Adapter.Alpha)}");
        Line($"  scaling: {document.Adapter.Scaling}");
        Line("  targets:");
        foreach (var target in document.Adapter.Targets.Order(StringComparer.Ordinal))
        {
            Line($"  - {target}");
        }

        Line("aggregation:");
        RandomAggregations.Write(document.Aggregation, Line);
        Line($"retention: {{ versions: all, updates: {Milliseconds(document.Retention.Updates)} }}");
        Line("baseModel:");
        Line($"  sha256: {document.BaseModel.Sha256}");
        Line($"  name: {document.BaseModel.Name}");
        Line($"  precision: {document.BaseModel.Precision}");
        if (document.BaseModel.PackedSha256 is { } packed)
        {
            Line($"  packedSha256: {packed}");
        }

        Line("participants:");
        Line($"  group: {document.Participants.Group}");
        Optional("name", document.Name);
        return yaml.ToString();
    }

    internal static string Exponent(double value) => value.ToString("E16", CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan value) =>
        ((long)value.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "ms";
}
