namespace Federated.Protocol;

/// <summary>Rules of the sections evaluation, stop and metrics.</summary>
internal static class EvaluationRules
{
    private const int MaxPrompts = 8;
    private const int MaxPromptLength = 500;

    public static void Validate(RunDocument document, RuleReport report)
    {
        if (document.Evaluation is { } evaluation)
        {
            report.Name("evaluation.data", evaluation.Data, "-_.");
            report.Hex("evaluation.sha256", evaluation.Sha256, 64, 64);
            report.Count("evaluation.every", evaluation.Every);
            if (evaluation.Prompts.Count > MaxPrompts)
            {
                report.Add("evaluation.prompts", evaluation.Prompts.Count, "too many", $"write at most {MaxPrompts}");
            }

            foreach (var prompt in evaluation.Prompts)
            {
                // Plain ASCII stands in canonical JSON without escapes.
                if (
                    prompt.Length is 0 or > MaxPromptLength
                    || !prompt.All(c =>
                        c is >= ' ' and <= '~' and not ('"' or '\\' or '<' or '>' or '&' or '\'' or '+' or '`')
                    )
                )
                {
                    report.Add(
                        "evaluation.prompts",
                        prompt,
                        "not a prompt",
                        $"write 1 … {MaxPromptLength} printable ASCII characters without quotes, \\, <, >, &, + and `"
                    );
                }
            }
        }

        if (document.Metrics is { } metrics)
        {
            Metrics(metrics, document, report);
        }

        if (document.Stop is { } stop)
        {
            report.Count("stop.publicLoss.patience", stop.Patience);
            report.NotNegative("stop.publicLoss.minDelta", stop.MinDelta);
            if (document.Evaluation is null)
            {
                report.Add(
                    "stop.publicLoss",
                    null,
                    "nothing is evaluated",
                    "write evaluation: { data: …, sha256: … }, or leave stop out"
                );
            }
        }
    }

    private static void Metrics(MetricsSection metrics, RunDocument document, RuleReport report)
    {
        report.Positive("metrics.noised.noiseMultiplier", metrics.NoiseMultiplier, most: 1e6);
        report.Positive("metrics.noised.lossClip", metrics.LossClip, most: 1e6);
        report.Count("metrics.noised.every", metrics.Every);
        const string LeaveOut = "leave metrics out";
        if (document.Privacy.Unit == "subject")
        {
            report.Add("metrics", null, "the noise hides one record, and privacy.unit is subject", LeaveOut);
        }

        if (document.Privacy.Mechanism is "test" or "none")
        {
            var reason = $"nothing is charged with privacy.mechanism {document.Privacy.Mechanism}";
            report.Add("metrics", null, reason, $"write privacy.mechanism: gaussian, or {LeaveOut}");
        }

        if (document.Aggregation.CentralPrivacy is not null)
        {
            const string Reason = "they are numbers of single nodes, which aggregation.centralPrivacy hides";
            report.Add("metrics", null, Reason, LeaveOut);
        }
    }
}
