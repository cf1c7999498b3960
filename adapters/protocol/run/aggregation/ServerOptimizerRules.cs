namespace Federated.Protocol;

/// <summary>What server optimizers make sense.</summary>
internal static class ServerOptimizerRules
{
    private const string Path = "aggregation.serverOptimizer";

    public static void Validate(RunDocument document, RuleReport report)
    {
        var section = document.Aggregation.ServerOptimizer;
        report.OneOf($"{Path}.name", section.Name, "sgd", "avgm", "adam", "yogi", "adagrad");
        report.Positive($"{Path}.learningRate", section.LearningRate);
        if (section.WeightDecay != 0)
        {
            report.Add(
                $"{Path}.weightDecay",
                section.WeightDecay,
                "the server does not decay weights",
                "write 0, or decay at the nodes (local.optimizer.weightDecay)"
            );
        }

        Fraction("beta1", section.Beta1, report);
        Fraction("beta2", section.Beta2, report);
        report.Positive($"{Path}.tau", section.Tau);
        report.OneOf($"{Path}.variant", section.Variant, "paper", "flower");
        Unread(section, report);
        UpdateNoise(section, document.Local, report);
        if (section.Name != "sgd" && document.Aggregation.Merge is "svd" or "stack" or "fedex")
        {
            report.Add(
                $"{Path}.name",
                section.Name,
                $"it keeps state for each parameter, and merge {document.Aggregation.Merge} gives them new meanings in every version",
                "write name: sgd, or merge: ffa"
            );
        }
    }

    // A number that changes nothing would still change the run's digest, and its author's mind.
    private static void Unread(ServerOptimizerSection section, RuleReport report)
    {
        var defaults = new ServerOptimizerSection();
        Unread("beta1", section.Beta1 != defaults.Beta1, section.Name == "sgd", section, report);
        Unread("beta2", section.Beta2 != defaults.Beta2, section.Name is not ("adam" or "yogi"), section, report);
        Unread("tau", section.Tau != defaults.Tau, !section.IsAdaptive, section, report);
        Unread("variant", section.Variant != defaults.Variant, !section.IsAdaptive, section, report);
    }

    private static void Unread(string key, bool isSet, bool isUnread, ServerOptimizerSection section, RuleReport report)
    {
        if (isSet && isUnread)
        {
            report.Add($"{Path}.{key}", null, $"{section.Name} does not read it", "leave it out");
        }
    }

    private static void Fraction(string key, double value, RuleReport report)
    {
        if (!(value >= 0 && value < 1))
        {
            report.Add($"{Path}.{key}", value, "out of range", "write a number ≥ 0 and < 1");
        }
    }

    private static void UpdateNoise(ServerOptimizerSection section, LocalSection local, RuleReport report)
    {
        var noise = section.UpdateNoise;
        if (noise == "none")
        {
            return;
        }

        if (!section.IsAdaptive)
        {
            report.Add(
                $"{Path}.updateNoise",
                noise,
                $"{section.Name} has no second moment",
                "leave it out, or write name: adam, yogi or adagrad"
            );
        }
        else if (
            noise == "auto"
            && (local.Optimizer.Name != "sgd" || local.Proximal != 0 || local.Schedule != new ScheduleSection())
        )
        {
            report.Add(
                $"{Path}.updateNoise",
                noise,
                "the noise of an update has a closed form only with local.optimizer sgd at a constant rate without proximal",
                "write a number > 0: its standard deviation per coordinate"
            );
        }
        else if (noise != "auto" && !Numbers.IsPositive(noise))
        {
            report.Add($"{Path}.updateNoise", noise, "not a noise level", "write none, auto or a number > 0");
        }
    }
}
