using Federated.Adapters;
using Federated.Lab.Demo;
using Federated.Lab.Demo.Runs;
using Federated.Protocol;

namespace Federated.Lab.Tests.Demo;

public sealed class RunTemplateTests
{
    [Fact]
    public void The_document_is_one_that_may_be_submitted_and_says_what_the_demo_means()
    {
        var document = RunDocumentYaml.Parse(Some(0.7123).ToYaml());

        Assert.Equal("gaussian", document.Privacy.Mechanism);
        Assert.Equal(0.7123, document.Privacy.NoiseMultiplier);
        Assert.Equal(0.016, document.Privacy.MaxSamplingRate);
        Assert.Equal(1.25e-5, document.Privacy.Delta);
        Assert.Equal(DemoDefaults.Targets, document.Adapter.Targets);
        Assert.Equal(7, document.Adapter.Seed);
        Assert.Equal(12, document.Rounds.Versions);
        Assert.Equal((null, 3), (document.Rounds.Close.Cohort, document.Rounds.Close.Quorum));
        Assert.Equal(DemoDefaults.Deadline, document.Rounds.Close.Deadline);
        Assert.Equal(DemoDefaults.Grace, document.Rounds.Close.Grace);
        Assert.Equal("fedau", document.Aggregation.Participation.Method);
        Assert.Equal("weighted", document.Aggregation.Staleness.Method);
    }

    [Fact]
    public void Without_noise_the_document_says_so()
    {
        var document = RunDocumentYaml.Parse(Some(null).ToYaml());

        Assert.Equal(("none", 0.0), (document.Privacy.Mechanism, document.Privacy.NoiseMultiplier));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(DemoDefaults.Rank)]
    public void Given_factors_are_named_with_their_ranks(int rank)
    {
        var path = "model.layers.0.self_attn.q_proj";
        var initial = InitialFactors.Read(
            InitialFactors.Encode([new(path, rank, 16, FrozenFactor.Create(1, path, rank, 16))])
        );

        var adapter = RunDocumentYaml.Parse((Some(1) with { Initial = initial }).ToYaml()).Adapter;

        Assert.Equal(initial.Sha256, adapter.Initialisation!.Sha256);
        Assert.Equal(rank, adapter.RankPattern.GetValueOrDefault(path, adapter.Rank));
    }

    private static RunTemplate Some(double? noise) =>
        new("api-docs", "{ group: default }", new string('a', 64), 7, 12, 5, noise, 0.016, 1.25e-5);
}
