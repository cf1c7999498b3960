using System.Globalization;

namespace Federated.Protocol;

/// <summary>What a run document must fulfil before anybody signs anything about it.</summary>
public static class RunDocumentRules
{
    private const int MaxCount = 1_000_000;

    /// <summary>Checks ranges and contradictions of a whole document.</summary>
    /// <param name="document">The document.</param>
    /// <returns>All that is wrong, without lines; empty when it may be submitted.</returns>
    public static IReadOnlyList<RunDocumentError> Validate(RunDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var report = new RuleReport();
        if (document.Name is not null)
        {
            report.Name("name", document.Name, "-_.");
        }

        Participants(document.Participants, report);
        BaseModel(document.BaseModel, report);
        Adapter(document.Adapter, report);
        if (document.Adapter.RankAllocation is { } allocation)
        {
            RankAllocation(allocation, document, report);
        }

        Privacy(document.Privacy, report);
        AdaptiveClippingRules.Validate(document, report);
        LocalRules.Validate(document.Local, report);
        EvaluationRules.Validate(document, report);
        report.Range("rounds.versions", document.Rounds.Versions, 1, MaxCount);
        report.Range("rounds.maxStaleness", document.Rounds.MaxStaleness, 0, MaxCount);
        report.Duration("rounds.leaveAfter", document.Rounds.LeaveAfter, TimeSpan.FromSeconds(1));
        CloseRules.Validate(document.Rounds.Close, document.Participants.Nodes.Count, report);
        AggregationRules.Validate(document, report);
        report.Duration("retention.updates", document.Retention.Updates, TimeSpan.Zero);
        if (document.Retention.Versions is { } kept)
        {
            report.Add("retention.versions", kept, "not there yet: nothing is deleted", "write all, or leave it out");
        }

        return report.Errors;
    }

    private static void Participants(ParticipantsSection section, RuleReport report)
    {
        if ((section.Group is null) == (section.Nodes.Count == 0))
        {
            var reason = section.Group is null ? "nobody is named" : "a group and nodes are both named";
            report.Add("participants", null, reason, "write either group: NAME or nodes: [ID, …]");
        }

        if (section.Group is not null)
        {
            report.Name("participants.group", section.Group, "-_.");
        }

        foreach (var node in section.Nodes)
        {
            report.Hex("participants.nodes", node, 8, 64);
        }

        // A prefix and its continuation would be the same node twice.
        var sorted = section.Nodes.Order(StringComparer.Ordinal).ToList();
        for (var i = 1; i < sorted.Count; i++)
        {
            if (sorted[i].StartsWith(sorted[i - 1], StringComparison.Ordinal))
            {
                report.Add("participants.nodes", sorted[i], "stands there twice", "name each node once");
            }
        }
    }

    private static void BaseModel(BaseModelSection section, RuleReport report)
    {
        report.Name("baseModel.name", section.Name, "-_./");
        report.Hex("baseModel.sha256", section.Sha256, 64, 64);
        report.OneOf("baseModel.precision", section.Precision, "float32", "bfloat16", "int8", "nf4");
        var packed = section.Precision is "int8" or "nf4";
        if (packed && section.PackedSha256 is null)
        {
            report.Add(
                "baseModel.packedSha256",
                null,
                $"nodes must know that they train on the same {section.Precision} weights",
                $"write what fednode model digest FOLDER --precision {section.Precision} prints"
            );
        }
        else if (packed)
        {
            report.Hex("baseModel.packedSha256", section.PackedSha256!, 64, 64);
        }
        else if (section.PackedSha256 is { } superfluous)
        {
            report.Add(
                "baseModel.packedSha256",
                superfluous,
                $"nothing is packed with precision {section.Precision}",
                "leave it out, or write precision: int8 or nf4"
            );
        }
    }

    private static void Adapter(AdapterSection section, RuleReport report)
    {
        report.Range("adapter.rank", section.Rank, 1, 1024);
        report.Positive("adapter.alpha", section.Alpha);
        if (section.Scaling == "dora")
        {
            report.Add(
                "adapter.scaling",
                section.Scaling,
                "DoRA divides by the norm of W + B A, so that no average of its parts is the average of the layers",
                "write rslora or lora"
            );
        }
        else
        {
            report.OneOf("adapter.scaling", section.Scaling, "rslora", "lora");
        }

        report.OneOf("adapter.factors", section.Factors, "b", "ab", "alternating", "core", "slices");
        foreach (var (pattern, rank) in section.RankPattern)
        {
            report.Pattern("adapter.rankPattern", pattern);
            report.Range("adapter.rankPattern", rank, 1, 1024);
        }

        report.Range("adapter.seed", section.Seed, 0, long.MaxValue);
        if (section.Initialisation is { } initialisation)
        {
            report.OneOf("adapter.initialisation.method", initialisation.Method, "eva");
            report.Hex("adapter.initialisation.sha256", initialisation.Sha256, 64, 64);
            if (section.Factors == "slices")
            {
                report.Add(
                    "adapter.initialisation",
                    null,
                    "slices have no A of their own",
                    "leave it out, or write factors: b"
                );
            }
        }

        report.OneOf("adapter.updateDtype", section.UpdateDtype, "f32", "bf16", "int8");
        if (section.Targets.Count == 0)
        {
            report.Add("adapter.targets", "[]", "empty", "name at least one linear layer, such as q_proj");
        }

        foreach (var target in section.Targets)
        {
            report.Pattern("adapter.targets", target);
        }

        foreach (var twice in section.Targets.GroupBy(target => target).Where(group => group.Count() > 1))
        {
            report.Add("adapter.targets", twice.Key, "stands there twice", "name each layer once");
        }
    }

    private static void RankAllocation(RankAllocationSection section, RunDocument document, RuleReport report)
    {
        const string Path = "adapter.rankAllocation";
        report.Range($"{Path}.targetRank", section.TargetRank, 1, document.Adapter.Rank);
        report.Range($"{Path}.from", section.From, 1, Math.Max(1, document.Rounds.Versions - 1));
        report.Range(
            $"{Path}.to",
            section.To,
            section.From + 1L,
            Math.Max(section.From + 1L, document.Rounds.Versions)
        );
        if (document.Adapter.Factors != "b")
        {
            report.Add(
                Path,
                null,
                $"a direction is one column of B where A is frozen, and the run trains {document.Adapter.Factors}",
                "write factors: b, or leave it out"
            );
        }
    }

    private static void Privacy(PrivacySection section, RuleReport report)
    {
        report.OneOf("privacy.mechanism", section.Mechanism, "gaussian", "test", "none");
        report.OneOf("privacy.unit", section.Unit, "record", "subject");
        if (section.MaxRecordsPerSubject is { } most)
        {
            report.Range("privacy.maxRecordsPerSubject", most, 1, MaxCount);
        }

        if (
            section.Unit is "record" or "subject"
            && (section.Unit == "subject") != section.MaxRecordsPerSubject.HasValue
        )
        {
            report.Add(
                "privacy.maxRecordsPerSubject",
                section.MaxRecordsPerSubject?.ToString(CultureInfo.InvariantCulture),
                $"unit is {section.Unit}",
                section.Unit == "subject" ? "write how many records of a subject are used, such as 8" : "leave it out"
            );
        }

        if (section.Mechanism == "none")
        {
            if (section.NoiseMultiplier != 0)
            {
                report.Add(
                    "privacy.noiseMultiplier",
                    section.NoiseMultiplier,
                    "noise with mechanism none",
                    "write 0, or mechanism: gaussian"
                );
            }
        }
        else if (section.NoiseMultiplier == 0 && section.TargetEpsilon is { } unresolved)
        {
            report.Add(
                "privacy.targetEpsilon",
                unresolved,
                "the noise for it is found when a silo takes the run",
                "submit it, or write noiseMultiplier; fednode privacy noise finds it"
            );
        }
        else if (section.NoiseMultiplier == 0)
        {
            report.Add(
                "privacy.noiseMultiplier",
                section.NoiseMultiplier,
                "no noise, no privacy",
                "write a number > 0 such as 1.0; a run that is openly not private says mechanism: none"
            );
        }
        else
        {
            report.Positive("privacy.noiseMultiplier", section.NoiseMultiplier, most: 1e6);
        }

        if (section.TargetEpsilon is { } target)
        {
            report.Positive("privacy.targetEpsilon", target, most: 1e6);
            if (section.Mechanism != "gaussian")
            {
                report.Add(
                    "privacy.targetEpsilon",
                    target,
                    $"mechanism {section.Mechanism} has no epsilon",
                    "leave it out, or write mechanism: gaussian"
                );
            }
        }

        report.Positive("privacy.maxGradNorm", section.MaxGradNorm, most: 1e6);
        report.Range("privacy.expectedBatchSize", section.ExpectedBatchSize, 1, MaxCount);
        if (!(section.MaxSamplingRate > 0 && section.MaxSamplingRate <= 1))
        {
            report.Add("privacy.maxSamplingRate", section.MaxSamplingRate, "not a rate", "write a number > 0 and ≤ 1");
        }

        if (!(section.Delta > 0 && section.Delta < 1))
        {
            report.Add("privacy.delta", section.Delta, "not a probability", "write a small number such as 1.0e-6");
        }
    }
}
