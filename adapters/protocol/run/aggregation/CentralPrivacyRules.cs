namespace Federated.Protocol;

/// <summary>
/// What central privacy can be promised for: where one node's part in a version is bounded by constants of the document, and nothing else tells about it.
/// </summary>
internal static class CentralPrivacyRules
{
    private const string Path = "aggregation.centralPrivacy";

    public static void Validate(CentralPrivacySection section, RunDocument document, RuleReport report)
    {
        report.Positive($"{Path}.noiseMultiplier", section.NoiseMultiplier, most: 1e6);
        report.Positive($"{Path}.maxUpdateNorm", section.MaxUpdateNorm, most: 1e6);
        Probability("delta", section.Delta, report);
        report.Positive($"{Path}.budget.epsilon", section.BudgetEpsilon);
        Probability("budget.delta", section.BudgetDelta, report);
        if (section.Delta > section.BudgetDelta)
        {
            report.Add($"{Path}.delta", section.Delta, "more than the budget's delta", "write at most budget.delta");
        }

        if (document.Participants.Nodes.Count == 0)
        {
            Refuse(
                "participants",
                "a group may grow, and the weights' divisor must be a constant",
                "name the nodes in participants.nodes",
                report
            );
        }

        var close = document.Rounds.Close;
        if (close.Cohort is null || (close.Quorum is { } quorum && quorum != close.Cohort))
        {
            Refuse("rounds.close", "a version must have a fixed number of nodes", "write close: { cohort: N }", report);
        }

        Aggregation(document.Aggregation, report);
    }

    private static void Aggregation(AggregationSection aggregation, RuleReport report)
    {
        if (aggregation.Merge != "ffa")
        {
            Refuse(
                "aggregation.merge",
                "only a merge over a frozen A is a sum of the nodes' updates",
                "write merge: ffa",
                report
            );
        }

        var method = aggregation.Participation.Method;
        if (method is not ("fedau" or "fedavg" or "uniform" or "known"))
        {
            Refuse(
                "aggregation.participation.method",
                $"{method} merges one update in many versions",
                "write method: fedau, fedavg, uniform or known",
                report
            );
        }

        if (aggregation.Weights == "declared")
        {
            Refuse(
                "aggregation.weights",
                "what one node adds must be bounded by constants of the document, and its owner chooses this weight",
                "write weights: uniform",
                report
            );
        }

        if (aggregation.Robust is { Method: not "none" })
        {
            Refuse(
                "aggregation.robust",
                "centralPrivacy.maxUpdateNorm bounds norms already, and other rules let one node decide about the others",
                "leave robust out",
                report
            );
        }

        if (aggregation.ServerOptimizer.Name != "sgd")
        {
            Refuse("aggregation.serverOptimizer.name", "the sensitivity is stated for sgd", "write name: sgd", report);
        }

        if (aggregation.Staleness.Method is not ("weighted" or "drop"))
        {
            Refuse(
                "aggregation.staleness.method",
                "a corrected update is made of several nodes' updates",
                "write method: weighted or drop",
                report
            );
        }
    }

    private static void Probability(string key, double value, RuleReport report)
    {
        if (!(value > 0 && value < 1))
        {
            report.Add($"{Path}.{key}", value, "not a probability", "write a small number such as 1.0e-6");
        }
    }

    private static void Refuse(string path, string because, string fix, RuleReport report) =>
        report.Add(path, null, $"not with centralPrivacy: {because}", $"{fix}, or leave centralPrivacy out");
}
