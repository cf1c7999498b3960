namespace Federated.Protocol;

/// <summary>Reads the sections evaluation, stop and metrics.</summary>
internal static class EvaluationYaml
{
    public static EvaluationSection? Evaluation(SectionReader section)
    {
        var (data, sha256) = section.IsPresent
            ? (section.RequiredText("data"), section.RequiredText("sha256"))
            : (section.Text("data", ""), section.Text("sha256", ""));
        var every = section.Integer("every", 1);
        var prompts = section.Texts("prompts", []);
        return section.IsPresent
            ? new EvaluationSection
            {
                Data = data,
                Sha256 = sha256,
                Every = every,
                Prompts = prompts,
            }
            : null;
    }

    public static MetricsSection? Metrics(SectionReader section)
    {
        var noised = section.Section("noised", required: section.IsPresent);
        var defaults = new MetricsSection { NoiseMultiplier = 0 };
        var noise = noised.IsPresent ? noised.RequiredDouble("noiseMultiplier") : noised.Double("noiseMultiplier", 0);
        var clip = noised.Double("lossClip", defaults.LossClip);
        var every = noised.Integer("every", defaults.Every);
        return section.IsPresent
            ? new MetricsSection
            {
                NoiseMultiplier = noise,
                LossClip = clip,
                Every = every,
            }
            : null;
    }

    public static StopSection? Stop(SectionReader section)
    {
        var defaults = new StopSection();
        var loss = section.Section("publicLoss", required: section.IsPresent);
        var patience = loss.Integer("patience", defaults.Patience);
        var minDelta = loss.Double("minDelta", defaults.MinDelta);
        return section.IsPresent ? new StopSection { Patience = patience, MinDelta = minDelta } : null;
    }
}
