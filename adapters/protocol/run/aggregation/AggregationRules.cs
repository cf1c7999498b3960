namespace Federated.Protocol;

/// <summary>Which ways from updates to a version make sense.</summary>
internal static class AggregationRules
{
    public static void Validate(RunDocument document, RuleReport report)
    {
        var section = document.Aggregation;
        ParticipationRules.Validate(document, report);
        report.OneOf("aggregation.weights", section.Weights, "uniform", "declared");
        Merge(section.Merge, document.Adapter.Factors, report);
        if (section.Merge == "stack" && document.Adapter.Initialisation is not null)
        {
            report.Add(
                "adapter.initialisation",
                null,
                "merge: stack begins each version with an A of its own, from the seed",
                "leave it out, or write merge: svd, fedex or average"
            );
        }

        report.OneOf("aggregation.staleness.method", section.Staleness.Method, "weighted", "drop");
        report.Range("aggregation.staleness.exponent", section.Staleness.Exponent, 0, 10);
        ServerOptimizerRules.Validate(document, report);
        if (section.Robust is { } robust)
        {
            RobustRules.Validate(robust, document, report);
        }

        if (section.CentralPrivacy is { } central)
        {
            CentralPrivacyRules.Validate(central, document, report);
        }
    }

    // Each way to merge is right for one way to train.
    private static void Merge(string merge, string factors, RuleReport report)
    {
        report.OneOf("aggregation.merge", merge, "ffa", "alternating", "svd", "stack", "fedex", "average");
        var needed = merge switch
        {
            "ffa" when factors is "core" or "slices" => factors,
            "ffa" => "b",
            "alternating" => "alternating",
            "svd" or "stack" or "fedex" or "average" => "ab",
            _ => factors,
        };
        if (needed != factors && factors is "b" or "ab" or "alternating" or "core" or "slices")
        {
            var fitting = factors switch
            {
                "b" or "core" or "slices" => "merge: ffa",
                "ab" => "merge: svd, fedex, stack or average",
                _ => "merge: alternating",
            };
            report.Add(
                "aggregation.merge",
                merge,
                $"it merges updates of adapter.factors {needed}, and the run trains {factors}",
                $"write adapter.factors: {needed}, or {fitting}"
            );
        }
    }
}
