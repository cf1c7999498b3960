namespace Federated.Protocol;

/// <summary>Rules of the section privacy.adaptiveClipping, and what cannot stand beside it.</summary>
internal static class AdaptiveClippingRules
{
    private const string Path = "privacy.adaptiveClipping";

    public static void Validate(RunDocument document, RuleReport report)
    {
        if (document.Privacy.AdaptiveClipping is not { } section)
        {
            return;
        }

        if (!(section.TargetQuantile > 0 && section.TargetQuantile < 1))
        {
            report.Add($"{Path}.targetQuantile", section.TargetQuantile, "not a share", "write a number > 0 and < 1");
        }

        report.Positive($"{Path}.learningRate", section.LearningRate, most: 10);
        report.Positive($"{Path}.noiseMultiplier", section.NoiseMultiplier, most: 1e6);
        if (document.Privacy.Mechanism == "none")
        {
            report.Add(Path, null, "mechanism none makes no noisy count", "leave it out, or write mechanism: gaussian");
        }
        else if (section.NoiseMultiplier > 0 && section.NoiseMultiplier <= document.Privacy.NoiseMultiplier / 2)
        {
            report.Add(
                $"{Path}.noiseMultiplier",
                section.NoiseMultiplier,
                "the count alone would cost more than the step",
                "write more than half of privacy.noiseMultiplier"
            );
        }

        NoConstantOfTheRun(document, report);
    }

    // The bound of a step is known to its node alone: what the silo computes from maxGradNorm would be wrong.
    private static void NoConstantOfTheRun(RunDocument document, RuleReport report)
    {
        if (document.Local.Optimizer.Name != "sgd")
        {
            return;
        }

        if (document.Aggregation.Robust?.Bound == "auto")
        {
            report.Add(
                "aggregation.robust.bound",
                "auto",
                "with sgd the size of an update follows the bound of its steps, which is no constant of the run under adaptiveClipping",
                "write a number > 0, or local.optimizer: adamw"
            );
        }

        if (document.Aggregation.ServerOptimizer.UpdateNoise == "auto")
        {
            report.Add(
                "aggregation.serverOptimizer.updateNoise",
                "auto",
                "the noise of an update is no constant of the run under adaptiveClipping",
                "write a number > 0, or none"
            );
        }
    }
}
