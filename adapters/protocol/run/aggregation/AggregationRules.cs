namespace Federated.Protocol;

/// <summary>Which ways from updates to a version make sense.</summary>
internal static class AggregationRules
{
    public static void Validate(RunDocument document, RuleReport report)
    {
        var section = document.Aggregation;
        ParticipationRules.Validate(document, report);
        report.OneOf("aggregation.merge", section.Merge, "ffa");
        report.OneOf("aggregation.staleness.method", section.Staleness.Method, "weighted", "drop");
        report.Range("aggregation.staleness.exponent", section.Staleness.Exponent, 0, 10);
        ServerOptimizerRules.Validate(document, report);
        if (section.Robust is { } robust)
        {
            RobustRules.Validate(robust, document, report);
        }
    }
}
