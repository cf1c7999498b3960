using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Federated.Protocol.Tests;

/// <summary>Random sections aggregation that fulfil the rules beside any close rule, and their YAML.</summary>
internal static class RandomAggregations
{
    private static readonly Gen<ParticipationSection> Participation =
        from method in Gen.Elements("fedau", "fedavg", "uniform", "fedvarp", "mifa")
        from cutoff in Gen.Choose(1, 1000)
        from shrinkage in Gen.Elements(0.0, 0.5, 2)
        from window in Gen.Elements<int?>(null, 1, 20)
        select new ParticipationSection
        {
            Method = method,
            Cutoff = cutoff,
            Shrinkage = method == "fedau" ? shrinkage : 0,
            Window = method == "fedau" ? window : null,
        };

    private static readonly Gen<ServerOptimizerSection> ServerOptimizer =
        from name in Gen.Elements("sgd", "avgm", "adam", "yogi", "adagrad")
        from rate in Gen.Elements(0.01, 1, 2.5)
        from beta in Gen.Elements(0.5, 0.9)
        from variant in Gen.Elements("paper", "flower")
        from noise in Gen.Elements("none", "0.25")
        let section = new ServerOptimizerSection { Name = name, LearningRate = rate }
        let adaptive = section.IsAdaptive
        select section with
        {
            Beta1 = name == "sgd" ? section.Beta1 : beta,
            Beta2 = name is "adam" or "yogi" ? beta : section.Beta2,
            Variant = adaptive ? variant : section.Variant,
            UpdateNoise = adaptive ? noise : section.UpdateNoise,
        };

    public static readonly Gen<AggregationSection> Any =
        from participation in Participation
        from serverOptimizer in ServerOptimizer
        from weights in Gen.Elements("uniform", "declared")
        from merge in Gen.Elements("ffa", "alternating", "svd", "stack", "fedex", "average")
        let isLinear = serverOptimizer.Name != "sgd" || participation.Method is "fedvarp" or "mifa"
        select new AggregationSection
        {
            Participation = participation,
            ServerOptimizer = serverOptimizer,
            Weights = weights,
            Merge = isLinear && merge != "ffa" ? "average" : merge,
        };

    /// <summary>The factors that a run must train for its merge.</summary>
    public static string FactorsOf(AggregationSection section) =>
        section.Merge switch
        {
            "ffa" => "b",
            "alternating" => "alternating",
            _ => "ab",
        };

    public static void Write(AggregationSection section, Action<string> line)
    {
        line($"  weights: {section.Weights}");
        line($"  merge: {section.Merge}");
        var participation = section.Participation;
        line("  participation:");
        line($"    weightCap: {participation.WeightCap}");
        line($"    method: {participation.Method}");
        line($"    shrinkage: {RandomDocuments.Exponent(participation.Shrinkage)}");
        if (participation.Window is { } window)
        {
            line(string.Create(CultureInfo.InvariantCulture, $"    window: {window}"));
        }

        line(string.Create(CultureInfo.InvariantCulture, $"    cutoff: {participation.Cutoff}"));
        var optimizer = section.ServerOptimizer;
        line("  serverOptimizer:");
        line($"    name: {optimizer.Name}");
        line($"    variant: {optimizer.Variant}");
        line($"    updateNoise: {optimizer.UpdateNoise}");
        line($"    tau: {RandomDocuments.Exponent(optimizer.Tau)}");
        line($"    beta2: {RandomDocuments.Exponent(optimizer.Beta2)}");
        line($"    beta1: {RandomDocuments.Exponent(optimizer.Beta1)}");
        line($"    learningRate: {RandomDocuments.Exponent(optimizer.LearningRate)}");
    }
}
