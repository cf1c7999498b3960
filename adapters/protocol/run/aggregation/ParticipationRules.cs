namespace Federated.Protocol;

/// <summary>What participation weights make sense.</summary>
internal static class ParticipationRules
{
    private const string Path = "aggregation.participation";

    public static void Validate(RunDocument document, RuleReport report)
    {
        var section = document.Aggregation.Participation;
        report.OneOf($"{Path}.method", section.Method, "fedau", "fedavg", "uniform", "known", "fedvarp", "mifa");
        report.Count($"{Path}.cutoff", section.Cutoff);
        var cap = section.WeightCap;
        if (cap is not "N" and not "none" && !Numbers.IsPositive(cap))
        {
            report.Add($"{Path}.weightCap", cap, "not a cap", "write N, none or a number > 0");
        }

        report.Range($"{Path}.shrinkage", section.Shrinkage, 0, RuleReport.MaxCount);
        if (section.Window is { } window)
        {
            report.Range($"{Path}.window", window, 1, 1000);
        }

        OnlyWith("fedau", "shrinkage", section, section.Shrinkage != 0, report);
        OnlyWith("fedau", "window", section, section.Window is not null, report);
        OnlyWith("known", "probabilities", section, section.Probabilities.Count > 0, report);
        if (section.Method == "known")
        {
            Probabilities(section, document.Participants, report);
        }

        if (section.Method is "fedvarp" or "mifa" && document.Adapter.Factors == "alternating")
        {
            report.Add(
                $"{Path}.method",
                section.Method,
                "a remembered update may be of the other factor (adapter.factors: alternating)",
                "write factors: b, or method: fedau"
            );
        }

        if (section.Method is "fedvarp" or "mifa" && document.Aggregation.Merge is not ("ffa" or "average"))
        {
            report.Add(
                $"{Path}.method",
                section.Method,
                $"it merges remembered updates again, and merge {document.Aggregation.Merge} is not linear in them",
                "write merge: ffa or average, or method: fedau"
            );
        }
    }

    private static void OnlyWith(string method, string key, ParticipationSection section, bool isSet, RuleReport report)
    {
        if (isSet && section.Method != method)
        {
            report.Add(
                $"{Path}.{key}",
                null,
                $"{section.Method} does not read it",
                $"leave it out, or method: {method}"
            );
        }
    }

    // Every node that may join must have one, or a version could not be weighed.
    private static void Probabilities(ParticipationSection section, ParticipantsSection participants, RuleReport report)
    {
        if (participants.Nodes.Count == 0)
        {
            report.Add(
                $"{Path}.method",
                "known",
                "a group may gain nodes without a probability",
                "name the nodes in participants.nodes, or write method: fedau"
            );
        }

        foreach (var node in participants.Nodes.Where(node => !section.Probabilities.ContainsKey(node)))
        {
            report.Add($"{Path}.probabilities", null, $"node {node} has none", $"add {node}: 0.5");
        }

        foreach (var (node, probability) in section.Probabilities)
        {
            if (!participants.Nodes.Contains(node))
            {
                report.Add($"{Path}.probabilities", node, "not in participants.nodes", "write it as it stands there");
            }

            if (!(probability > 0 && probability <= 1))
            {
                report.Add($"{Path}.probabilities", probability, "not a probability", "write a number > 0 and ≤ 1");
            }
        }
    }
}
