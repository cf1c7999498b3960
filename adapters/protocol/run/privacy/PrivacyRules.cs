using System.Globalization;

namespace Federated.Protocol;

/// <summary>Rules of the section privacy, without adaptive clipping.</summary>
internal static class PrivacyRules
{
    public static void Validate(PrivacySection section, RuleReport report)
    {
        report.OneOf("privacy.mechanism", section.Mechanism, "gaussian", "test", "none");
        report.OneOf("privacy.unit", section.Unit, "record", "subject");
        Unit(section, report);
        Noise(section, report);
        TargetEpsilon(section, report);
        report.Positive("privacy.maxGradNorm", section.MaxGradNorm, most: 1e6);
        report.Count("privacy.expectedBatchSize", section.ExpectedBatchSize);
        if (!(section.MaxSamplingRate > 0 && section.MaxSamplingRate <= 1))
        {
            report.Add("privacy.maxSamplingRate", section.MaxSamplingRate, "not a rate", "write a number > 0 and ≤ 1");
        }

        if (!(section.Delta > 0 && section.Delta < 1))
        {
            report.Add("privacy.delta", section.Delta, "not a probability", "write a small number such as 1.0e-6");
        }
    }

    private static void Unit(PrivacySection section, RuleReport report)
    {
        if (section.MaxRecordsPerSubject is { } most)
        {
            report.Count("privacy.maxRecordsPerSubject", most);
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
    }

    private static void Noise(PrivacySection section, RuleReport report)
    {
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
    }

    private static void TargetEpsilon(PrivacySection section, RuleReport report)
    {
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
    }
}
