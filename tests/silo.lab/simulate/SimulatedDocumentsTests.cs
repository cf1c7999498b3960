using Federated.Lab.Simulate;

namespace Federated.Lab.Tests.Simulate;

public sealed class SimulatedDocumentsTests
{
    [Fact]
    public void Central_privacy_which_no_simulation_could_make_again_is_refused_by_its_own_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder.File("run.yaml"),
            $$"""
            participants: { nodes: ["{{new string('a', 64)}}", "{{new string('b', 64)}}"] }
            baseModel: { name: synthetic, sha256: "{{new string('0', 64)}}" }
            privacy: { mechanism: none }
            rounds: { versions: 3, close: { cohort: 2 } }
            aggregation: { centralPrivacy: { noiseMultiplier: 2, maxUpdateNorm: 0.5, budget: { epsilon: 50 } } }
            """
        );
        var options = new SimulateOptions
        {
            Document = folder.File("run.yaml"),
            Task = "quadratic",
            Nodes = 2,
            Participation = "bernoulli",
            Population = null!,
            Times = null!,
            Seed = 1,
        };

        var refused = Assert.Throws<SimulationException>(() => SimulatedDocuments.Of(options));

        Assert.True(refused.IsUsage);
        Assert.StartsWith("aggregation.centralPrivacy: ", refused.Message);
    }
}
