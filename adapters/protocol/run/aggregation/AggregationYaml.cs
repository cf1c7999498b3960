namespace Federated.Protocol;

/// <summary>Reads the section aggregation.</summary>
internal static class AggregationYaml
{
    public static AggregationSection Read(SectionReader section)
    {
        var defaults = new AggregationSection();
        var staleness = section.Section("staleness");
        return new()
        {
            Participation = Participation(section.Section("participation")),
            Weights = section.Text("weights", defaults.Weights),
            Merge = section.Text("merge", defaults.Merge),
            Staleness = new()
            {
                Method = staleness.Text("method", defaults.Staleness.Method),
                Exponent = staleness.Double("exponent", defaults.Staleness.Exponent),
            },
            ServerOptimizer = ServerOptimizer(section.Section("serverOptimizer")),
            CentralPrivacy = section.OptionalSection("centralPrivacy") is { } central ? CentralPrivacy(central) : null,
            Robust = section.OptionalSection("robust") is { } robust ? Robust(robust) : null,
        };
    }

    private static ParticipationSection Participation(SectionReader section)
    {
        var defaults = new ParticipationSection();
        return new()
        {
            Method = section.Text("method", defaults.Method),
            Cutoff = section.Integer("cutoff", defaults.Cutoff),
            WeightCap = section.Text("weightCap", defaults.WeightCap),
            Shrinkage = section.Double("shrinkage", defaults.Shrinkage),
            Window = section.OptionalInteger("window"),
            Probabilities = section.Doubles("probabilities", defaults.Probabilities),
        };
    }

    private static ServerOptimizerSection ServerOptimizer(SectionReader section)
    {
        var named = new ServerOptimizerSection();
        named = named with { Name = section.Text("name", named.Name) };
        return named with
        {
            // An adaptive step is about as long as the rate for each parameter: there is no rate that is right by default.
            LearningRate = named.IsAdaptive
                ? section.RequiredDouble("learningRate")
                : section.Double("learningRate", named.LearningRate),
            WeightDecay = section.Double("weightDecay", named.WeightDecay),
            Beta1 = section.Double("beta1", named.Name == "adagrad" ? 0 : named.Beta1),
            Beta2 = section.Double("beta2", named.Beta2),
            Tau = section.Double("tau", named.Tau),
            Variant = section.Text("variant", named.Variant),
            UpdateNoise = section.Text("updateNoise", named.UpdateNoise),
        };
    }

    private static CentralPrivacySection CentralPrivacy(SectionReader section)
    {
        var defaults = new CentralPrivacySection();
        var budget = section.Section("budget", required: true);
        return new()
        {
            NoiseMultiplier = section.RequiredDouble("noiseMultiplier"),
            MaxUpdateNorm = section.RequiredDouble("maxUpdateNorm"),
            Delta = section.Double("delta", defaults.Delta),
            BudgetEpsilon = budget.RequiredDouble("epsilon"),
            BudgetDelta = budget.Double("delta", defaults.BudgetDelta),
        };
    }

    private static RobustSection Robust(SectionReader section)
    {
        var method = section.Text("method", new RobustSection().Method);
        return new()
        {
            Method = method,
            Bound = section.Text("bound", method == "normBound" ? "auto" : "none"),
            Byzantine = section.OptionalInteger("byzantine"),
            Trim = section.OptionalDouble("trim"),
            Select = section.OptionalInteger("select"),
            Radius = section.OptionalDouble("radius"),
            Iterations = section.OptionalInteger("iterations"),
        };
    }
}
