using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Federated.ClientNode;

/// <summary>An audit's report, for people and for programs.</summary>
internal static class AuditText
{
    /// <summary>One JSON document.</summary>
    public static string Json(AuditReport report) =>
        JsonSerializer.Serialize(
            new
            {
                kind = report.Request.Kind,
                subject = report.Subject,
                holds = report.Result.Holds,
                claimedEpsilon = report.Result.ClaimedEpsilon,
                shownEpsilon = report.Result.ShownEpsilon,
                share = report.Result.Share,
                ceiling = report.Result.Ceiling,
                shownWithoutNoise = report.ShownWithoutNoise,
                noticesMissingNoise = report.NoticesMissingNoise,
                delta = report.Request.Delta,
                noiseMultiplier = report.Request.NoiseMultiplier,
                maxGradNorm = report.Request.MaxGradNorm,
                samplingRate = report.Request.SamplingRate,
                steps = report.Request.Steps,
                size = report.Request.Size,
                significance = report.Request.Significance,
                mechanism = report.Request.Noise.Mechanism,
                isPrivate = report.Request.Noise.IsPrivate,
                details = report.Details,
            },
            NodeJson.Options
        );

    /// <summary>A few lines.</summary>
    public static string Plain(AuditReport report)
    {
        var (request, result) = (report.Request, report.Result);
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"{Name(request.Kind)} audit of {report.Subject}");
        Line(
            $"  σ {request.NoiseMultiplier:G4}, C {request.MaxGradNorm:G4}, q {request.SamplingRate:G4}, steps {request.Steps}, δ {request.Delta:G3}"
        );
        Line($"  claimed   ε ≤ {EpsilonText.Upper(result.ClaimedEpsilon, 4)}");
        Line(
            $"  shown     ε ≥ {EpsilonText.Lower(result.ShownEpsilon, 4)} ({result.Share:P0} of the claim) with confidence 1 − {request.Significance:G2}"
        );
        Line($"  ceiling   ε = {result.Ceiling:F4}: what an attacker without error could show");
        if (report.ShownWithoutNoise is { } power)
        {
            Line($"  power     ε ≥ {power:F4}: what this attack shows when the same training has no noise");
        }

        foreach (var (name, value) in report.Details)
        {
            Line($"  {Words(name), -9} {value:G5}");
        }

        if (!request.Noise.IsPrivate)
        {
            Line(
                $"  NOT PRIVATE: the audited steps had {(request.Noise.Mechanism == "none" ? "no noise" : "noise from a seed")}"
            );
        }

        Line(
            $"{(result.Holds ? "HOLDS: the attack found no more than is claimed" : "FAILS: the attack found more than is claimed; do not send updates from this build")}"
        );
        if (!report.NoticesMissingNoise)
        {
            Line(
                $"WEAK: this attack would not notice missing noise, so that its yes says little; more --size, --steps or --sampling-rate make it stronger"
            );
        }

        text.Append(
            "This stays on the node: making it has cost no privacy, and publishing what it says about your records would."
        );
        return text.ToString();
    }

    // truePositiveRateAt0.01 → true positive rate at 0.01
    private static string Words(string name) =>
        string.Concat(
            name.Select(
                (letter, i) =>
                    char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}"
                    : char.IsDigit(letter) && char.IsLetter(name[i - 1]) ? $" {letter}"
                    : $"{letter}"
            )
        );

    private static string Name(AuditKind kind) =>
        kind switch
        {
            AuditKind.OneRun => "one-run",
            var other => other.ToString().ToLowerInvariant(),
        };
}
