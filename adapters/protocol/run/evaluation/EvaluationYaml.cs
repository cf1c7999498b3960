namespace Federated.Protocol;

/// <summary>Reads the sections evaluation and stop.</summary>
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

    public static StopSection? Stop(SectionReader section)
    {
        var defaults = new StopSection();
        var loss = section.Section("publicLoss", required: section.IsPresent);
        var patience = loss.Integer("patience", defaults.Patience);
        var minDelta = loss.Double("minDelta", defaults.MinDelta);
        return section.IsPresent ? new StopSection { Patience = patience, MinDelta = minDelta } : null;
    }
}
