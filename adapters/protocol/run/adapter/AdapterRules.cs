namespace Federated.Protocol;

/// <summary>Rules of the section adapter.</summary>
internal static class AdapterRules
{
    private const int MaxRank = 1024;

    public static void Validate(RunDocument document, RuleReport report)
    {
        var section = document.Adapter;
        report.Range("adapter.rank", section.Rank, 1, MaxRank);
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
            report.Range("adapter.rankPattern", rank, 1, MaxRank);
        }

        report.Range("adapter.seed", section.Seed, 0, long.MaxValue);
        if (section.Initialisation is { } initialisation)
        {
            Initialisation(initialisation, section.Factors, report);
        }

        report.OneOf("adapter.updateDtype", section.UpdateDtype, "f32", "bf16", "int8");
        Targets(section.Targets, report);
        if (section.RankAllocation is { } allocation)
        {
            RankAllocation(allocation, document, report);
        }
    }

    private static void Initialisation(InitialisationSection section, string factors, RuleReport report)
    {
        report.OneOf("adapter.initialisation.method", section.Method, "eva");
        report.Hex("adapter.initialisation.sha256", section.Sha256, 64, 64);
        if (factors == "slices")
        {
            report.Add(
                "adapter.initialisation",
                null,
                "slices have no A of their own",
                "leave it out, or write factors: b"
            );
        }
    }

    private static void Targets(IReadOnlyList<string> targets, RuleReport report)
    {
        if (targets.Count == 0)
        {
            report.Add("adapter.targets", "[]", "empty", "name at least one linear layer, such as q_proj");
        }

        foreach (var target in targets)
        {
            report.Pattern("adapter.targets", target);
        }

        foreach (var twice in targets.GroupBy(target => target).Where(group => group.Count() > 1))
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
}
