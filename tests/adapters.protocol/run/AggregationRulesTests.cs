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
