using static Federated.Protocol.Tests.Documents;

namespace Federated.Protocol.Tests;

public sealed class AggregationRulesTests
{
    private const string Node = "0123abcd";

    private static readonly string[] Factors = ["b", "ab", "alternating"];

    [Theory]
    [InlineData("participation: { method: fedavg }")]
    [InlineData("participation: { method: uniform }")]
    [InlineData("participation: { method: fedvarp }")]
    [InlineData("participation: { method: mifa }")]
    [InlineData("participation: { method: fedau, shrinkage: 2, window: 20 }")]
    [InlineData("weights: declared")]
    [InlineData("weights: declared, robust: { method: normBound }")]
    [InlineData("serverOptimizer: { name: avgm, learningRate: 0.5, beta1: 0.8 }")]
    [InlineData("serverOptimizer: { name: adam, learningRate: 0.1, variant: flower }")]
    [InlineData("serverOptimizer: { name: yogi, learningRate: 0.1, beta1: 0, beta2: 0.9, tau: 0.01 }")]
    [InlineData("serverOptimizer: { name: adagrad, learningRate: 0.1, updateNoise: 0.02 }")]
    public void What_makes_sense_is_accepted_and_comes_back(string aggregation) => ComesBack(With(aggregation));

    [Theory]
    [InlineData("ffa", "b")]
    [InlineData("alternating", "alternating")]
    [InlineData("svd", "ab")]
    [InlineData("stack", "ab")]
    [InlineData("fedex", "ab")]
    [InlineData("average", "ab")]
    public void Each_merge_takes_the_factors_that_it_is_right_for(string merge, string factors)
    {
        ComesBack(With($"merge: {merge}") + $"adapter: {{ factors: {factors} }}\n");
        foreach (var other in Factors.Where(other => other != factors))
        {
            var error = Assert.Single(Errors(With($"merge: {merge}") + $"adapter: {{ factors: {other} }}\n"));
            Assert.Equal("aggregation.merge", error.Path);
            Assert.Contains($"adapter.factors: {factors}", error.Fix, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("robust: { method: normBound }")]
    [InlineData("robust: { bound: 3.5 }")]
    [InlineData("participation: { method: fedavg }, robust: { method: median, bound: auto }")]
    [InlineData("participation: { method: uniform }, robust: { method: trimmedMean, trim: 0.25 }")]
    [InlineData("robust: { method: median }")]
    [InlineData("robust: { method: trimmedMean, trim: 0.25 }")]
    [InlineData("participation: { method: fedavg }, robust: { method: krum, byzantine: 1 }")]
    [InlineData("robust: { method: multiKrum, byzantine: 1, select: 3 }")]
    [InlineData("robust: { method: geometricMedian, iterations: 5 }")]
    [InlineData("robust: { method: centeredClip, radius: 0.5 }")]
    public void Robust_rules_are_accepted_with_a_quorum_that_they_can_live_with(string aggregation) =>
        ComesBack(
            With(aggregation).Replace("cohort: 5", "cohort: 6, quorum: 5, deadline: 1m", StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("participation: { method: fedavg }, robust: { method: median }", 2)]
    [InlineData("participation: { method: fedavg }, robust: { method: trimmedMean, trim: 0.2 }", 4)]
    [InlineData("participation: { method: fedavg }, robust: { method: krum, byzantine: 2 }", 6)]
    [InlineData("robust: { method: multiKrum, byzantine: 1, select: 5 }", 5)]
    [InlineData("robust: { method: geometricMedian }", 2)]
    public void What_a_rule_needs_is_checked_before_the_run(string aggregation, int quorum)
    {
        var close = $"quorum: {quorum}, deadline: 1m";
        var error = Assert.Single(Errors(With(aggregation).Replace("cohort: 5", close, StringComparison.Ordinal)));
        Assert.Equal("rounds.close.quorum", error.Path);
        var more = close.Replace($"{quorum}", $"{quorum + 1}", StringComparison.Ordinal);
        ComesBack(With(aggregation).Replace("cohort: 5", more, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("robust: { method: bulyan }", "aggregation.robust.method")]
    [InlineData("robust: { bound: none }", "aggregation.robust.bound")]
    [InlineData("robust: { bound: -1 }", "aggregation.robust.bound")]
    [InlineData("robust: { byzantine: 1 }", "aggregation.robust.byzantine")]
    [InlineData("participation: { method: fedavg }, robust: { method: krum }", "aggregation.robust.byzantine")]
    [InlineData("participation: { method: fedavg }, robust: { method: trimmedMean }", "aggregation.robust.trim")]
    [InlineData(
        "participation: { method: fedavg }, robust: { method: trimmedMean, trim: 0.5 }",
        "aggregation.robust.trim"
    )]
    [InlineData("robust: { method: centeredClip }", "aggregation.robust.radius")]
    [InlineData("robust: { method: geometricMedian, iterations: 0 }", "aggregation.robust.iterations")]
    [InlineData("robust: { method: krum, byzantine: 1 }", "aggregation.robust.method")]
    [InlineData("participation: { method: mifa }, robust: { method: geometricMedian }", "aggregation.robust.method")]
    [InlineData("weights: declared, robust: { method: geometricMedian }", "aggregation.weights")]
    [InlineData("weights: measured", "aggregation.weights")]
    public void A_rule_that_cannot_keep_its_promise_is_refused(string aggregation, string path) =>
        Assert.Contains(path, Errors(With(aggregation)).Select(error => error.Path));

    [Fact]
    public void Coordinates_of_factors_that_nodes_turn_apart_have_no_median()
    {
        const string Aggregation = "merge: svd, participation: { method: fedavg }, robust: { method: median }";
        var error = Assert.Single(
            Errors(
                With(Aggregation).Replace("cohort: 5", "quorum: 5, deadline: 1m", StringComparison.Ordinal)
                    + "adapter: { factors: ab }\n"
            )
        );
        Assert.Equal("aggregation.robust.method", error.Path);
    }

    [Fact]
    public void No_constant_bounds_an_update_that_decays_its_base()
    {
        var yaml = With("robust: { method: normBound }") + "local: { optimizer: { weightDecay: 0.01 } }\n";
        Assert.Equal("aggregation.robust.bound", Assert.Single(Errors(yaml)).Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData(", participation: { method: fedavg }")]
    [InlineData(", participation: { method: uniform }")]
    [InlineData(", participation: { method: known, probabilities: { 0123abcd: 0.5 } }")]
    public void Central_privacy_is_accepted_for_named_nodes_and_a_cohort(string more) => ComesBack(Central(more));

    [Theory]
    [InlineData("nodes: [0123abcd]", "group: hospitals", "participants")]
    [InlineData("cohort: 1", "quorum: 1, deadline: 1m", "rounds.close")]
    [InlineData("cohort: 1", "buffer: 1, deadline: 1m", "rounds.close")]
    [InlineData("noiseMultiplier: 2", "noiseMultiplier: 0", "aggregation.centralPrivacy.noiseMultiplier")]
    [InlineData("maxUpdateNorm: 1", "maxUpdateNorm: -1", "aggregation.centralPrivacy.maxUpdateNorm")]
    [InlineData("maxUpdateNorm: 1, ", "", "aggregation.centralPrivacy.maxUpdateNorm")]
    [InlineData("budget: { epsilon: 8 }", "budget: { epsilon: 0 }", "aggregation.centralPrivacy.budget.epsilon")]
    [InlineData("budget: { epsilon: 8 }", "delta: 1.0e-4, budget: { epsilon: 8 }", "aggregation.centralPrivacy.delta")]
    [InlineData(", budget: { epsilon: 8 }", "", "aggregation.centralPrivacy.budget")]
    [InlineData(" } }\n", " }, participation: { method: mifa } }\n", "aggregation.participation.method")]
    [InlineData(" } }\n", " }, robust: { bound: 1 } }\n", "aggregation.robust")]
    [InlineData(" } }\n", " }, weights: declared }\n", "aggregation.weights")]
    [InlineData(" } }\n", " }, serverOptimizer: { name: avgm } }\n", "aggregation.serverOptimizer.name")]
    [InlineData(" } }\n", " }, merge: svd }\nadapter: { factors: ab }\n", "aggregation.merge")]
    public void Central_privacy_is_refused_where_it_could_not_be_kept(string text, string replacement, string path)
    {
        var yaml = Central("");
        Assert.Contains(text, yaml, StringComparison.Ordinal);
        var errors = Errors(yaml.Replace(text, replacement, StringComparison.Ordinal));
        Assert.Contains(path, errors.Select(error => error.Path));
    }

    private static string Central(string more) =>
        With($"centralPrivacy: {{ noiseMultiplier: 2, maxUpdateNorm: 1, budget: {{ epsilon: 8 }} }}{more}")
            .Replace("group: hospitals", $"nodes: [{Node}]", StringComparison.Ordinal)
            .Replace("cohort: 5", "cohort: 1", StringComparison.Ordinal);

    [Fact]
    public void Known_probabilities_are_accepted_for_named_nodes() =>
        ComesBack(
            With($"participation: {{ method: known, probabilities: {{ {Node}: 0.25 }} }}")
                .Replace("group: hospitals", $"nodes: [{Node}]", StringComparison.Ordinal)
                .Replace("cohort: 5", "cohort: 1", StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("participation: { method: fedprox }", "aggregation.participation.method")]
    [InlineData("participation: { method: fedavg, shrinkage: 1 }", "aggregation.participation.shrinkage")]
    [InlineData("participation: { shrinkage: -1 }", "aggregation.participation.shrinkage")]
    [InlineData("participation: { method: mifa, window: 3 }", "aggregation.participation.window")]
    [InlineData("participation: { window: 0 }", "aggregation.participation.window")]
    [InlineData("participation: { probabilities: { x: 0.5 } }", "aggregation.participation.probabilities")]
    [InlineData("participation: { method: known }", "aggregation.participation.method")]
    [InlineData("serverOptimizer: { name: adam }", "aggregation.serverOptimizer.learningRate")]
    [InlineData("serverOptimizer: { name: rmsprop }", "aggregation.serverOptimizer.name")]
    [InlineData("serverOptimizer: { name: sgd, beta1: 0.5 }", "aggregation.serverOptimizer.beta1")]
    [InlineData("serverOptimizer: { name: avgm, beta2: 0.5 }", "aggregation.serverOptimizer.beta2")]
    [InlineData("serverOptimizer: { name: avgm, tau: 0.5 }", "aggregation.serverOptimizer.tau")]
    [InlineData("serverOptimizer: { variant: flower }", "aggregation.serverOptimizer.variant")]
    [InlineData("serverOptimizer: { name: avgm, beta1: 1 }", "aggregation.serverOptimizer.beta1")]
    [InlineData("serverOptimizer: { name: adam, learningRate: 1, tau: 0 }", "aggregation.serverOptimizer.tau")]
    [InlineData(
        "serverOptimizer: { name: adam, learningRate: 1, variant: keras }",
        "aggregation.serverOptimizer.variant"
    )]
    [InlineData("serverOptimizer: { updateNoise: 1 }", "aggregation.serverOptimizer.updateNoise")]
    [InlineData(
        "serverOptimizer: { name: adam, learningRate: 1, updateNoise: auto }",
        "aggregation.serverOptimizer.updateNoise"
    )]
    [InlineData(
        "serverOptimizer: { name: adam, learningRate: 1, updateNoise: some }",
        "aggregation.serverOptimizer.updateNoise"
    )]
    public void What_does_not_is_refused_by_name(string aggregation, string path) =>
        Assert.Contains(path, Errors(With(aggregation)).Select(error => error.Path));

    [Theory]
    [InlineData("method: known", "has none")]
    [InlineData("method: known, probabilities: { 0123abcd: 1.5 }", "not a probability")]
    [InlineData("method: known, probabilities: { 0123abcd: .5, 1123abcd: .5 }", "not in participants.nodes")]
    [InlineData("method: known, probabilities: { 0123abcd: often }", "not a number")]
    [InlineData("method: known, probabilities: 3", "not a section")]
    public void A_probability_belongs_to_each_named_node(string participation, string reason)
    {
        var yaml = With($"participation: {{ {participation} }}")
            .Replace("group: hospitals", $"nodes: [{Node}]", StringComparison.Ordinal)
            .Replace("cohort: 5", "cohort: 1", StringComparison.Ordinal);
        Assert.Contains(Errors(yaml), error => error.Reason.Contains(reason, StringComparison.Ordinal));
    }

    private static string With(string aggregation) => Least + $"aggregation: {{ {aggregation} }}\n";

    private static void ComesBack(string yaml)
    {
        var bytes = CanonicalRunDocument.Bytes(RunDocumentYaml.Parse(yaml));
        Assert.Equal(bytes, CanonicalRunDocument.Bytes(CanonicalRunDocument.Parse(bytes)));
    }
}
