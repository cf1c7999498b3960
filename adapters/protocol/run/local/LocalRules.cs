namespace Federated.Protocol;

/// <summary>Rules of the section local.</summary>
internal static class LocalRules
{
    public static void Validate(LocalSection section, RuleReport report)
    {
        report.Count("local.steps", section.Steps);
        report.Count("local.maxSequenceLength", section.MaxSequenceLength, least: 2);
        report.Count("local.accumulation", section.Accumulation);
        if (section.Accumulation > 1 && section.Steps % section.Accumulation != 0)
        {
            report.Add(
                "local.accumulation",
                section.Accumulation,
                $"does not divide local.steps {section.Steps}",
                "write a divisor of it: steps count noisy gradients, and accumulation of them make an optimizer step"
            );
        }

        report.Range("local.proximal", section.Proximal, 0, 1e6);
        report.Fraction("local.labelSmoothing", section.LabelSmoothing);
        report.OneOf("local.schedule.name", section.Schedule.Name, "constant", "linear", "cosine");
        report.Count("local.schedule.warmupSteps", section.Schedule.WarmupSteps, least: 0);
        Optimizer(section.Optimizer, report);
    }

    private static void Optimizer(OptimizerSection section, RuleReport report)
    {
        report.OneOf("local.optimizer.name", section.Name, "adamw", "sgd", "adafactor");
        report.Positive("local.optimizer.learningRate", section.LearningRate, most: 1e3);
        report.NotNegative("local.optimizer.weightDecay", section.WeightDecay);
        if (section.WeightDecay * section.LearningRate >= 1)
        {
            report.Add(
                "local.optimizer.weightDecay",
                section.WeightDecay,
                "one step would decay the weights past zero",
                "keep learningRate × weightDecay below 1"
            );
        }

        report.Fraction("local.optimizer.momentum", section.Momentum);
        if (section.Momentum > 0 && section.Name is "adamw" or "adafactor")
        {
            report.Add(
                "local.optimizer.momentum",
                section.Momentum,
                $"{section.Name} takes no momentum",
                "leave it out, or write name: sgd"
            );
        }
    }
}
