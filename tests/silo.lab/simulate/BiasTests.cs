using Federated.Aggregation;
using Federated.Lab.Simulate;

namespace Federated.Lab.Tests.Simulate;

/// <summary>The claim of FedAU (Wang &amp; Ji 2024): without knowing how often nodes take part, it finds the optimum of all of them.</summary>
public sealed class BiasTests
{
    private const int Nodes = 16;

    // Five labels belong to nodes that are always there, the other five to as many nodes that are there in one round of eight.
    private static readonly Population HalfRare = new(
        [
            .. Enumerable
                .Range(0, Nodes)
                .Select(node =>
                    (double[])[.. Enumerable.Range(0, 10).Select(label => label / 5 == node % 2 ? 0.2 : 0.0)]
                ),
        ],
        [.. Enumerable.Range(0, Nodes).Select(node => node % 2 == 0 ? 1 : 0.125)]
    );

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task FedAvg_is_pulled_towards_those_who_are_there_and_FedAU_is_not(long seed)
    {
        using var task = QuadraticTask.Of(seed, HalfRare, 4);
        Task<double> ExcessAsync(string method) =>
            FinalAsync(
                new()
                {
                    Document = Simulated.Document(Nodes, 90, new() { Method = method, WeightCap = "none" }),
                    Keys = VirtualKey.All(seed, Nodes),
                    Seed = seed,
                    Participation = () => new BernoulliParticipation(seed, HalfRare.Probabilities),
                },
                task,
                score => score.Loss - task.Optimum
            );
        var (fedAvg, uniform, fedAu) = (
            await ExcessAsync("fedavg"),
            await ExcessAsync("uniform"),
            await ExcessAsync("fedau")
        );
        Assert.True(fedAu < 0.4 * fedAvg, $"FedAU {fedAu}, FedAvg {fedAvg}");
        Assert.True(fedAu < 0.4 * uniform, $"FedAU {fedAu}, average all {uniform}");
    }

    [Fact]
    public async Task Rare_classes_are_learnt_better_with_FedAU_than_with_FedAvg()
    {
        using var task = new ClassificationTask(1, HalfRare, new SyntheticExamples(1));
        Task<double> RareLossAsync(string method)
        {
            var document = Simulated.Document(Nodes, 60, new() { Method = method, WeightCap = "none" });
            return FinalAsync(
                new()
                {
                    Document = document with
                    {
                        Privacy = document.Privacy with
                        {
                            MaxGradNorm = 10,
                            ExpectedBatchSize = 16,
                            MaxSamplingRate = 1,
                        },
                    },
                    Keys = VirtualKey.All(1, Nodes),
                    Seed = 1,
                    Participation = () => new BernoulliParticipation(1, HalfRare.Probabilities),
                },
                task,
                score => score.RareLoss
            );
        }

        var (fedAvg, fedAu) = (await RareLossAsync("fedavg"), await RareLossAsync("fedau"));
        Assert.True(fedAu < 0.8 * fedAvg, $"loss of the rare nodes: FedAU {fedAu}, FedAvg {fedAvg}");
    }

    [Fact]
    public async Task The_trace_that_is_written_explains_the_weights_that_the_silo_used()
    {
        using var task = QuadraticTask.Of(1, HalfRare, 2);
        var result = await Simulated.RunAsync(
            new()
            {
                Document = Simulated.Document(Nodes, 30, Simulated.FedAu(cutoff: 6)),
                Keys = VirtualKey.All(1, Nodes),
                Seed = 1,
                Participation = () => new MarkovParticipation(1, [.. Enumerable.Repeat(0.4, Nodes)], 0.3),
            },
            task
        );
        var policy = new ParticipationPolicy(ParticipationMethod.FedAu, 6, WeightCap.None);
        foreach (var version in result.Versions.Skip(2))
        {
            var before = result with { Versions = [.. result.Versions.Take((int)version.Version)] };
            var explained = ParticipationTrace
                .Read(new StringReader(ReportFiles.Trace(before)))
                .Explain(policy)
                .ToDictionary(node => node.Node, node => node.WeightNext);
            Assert.All(
                version.Updates.Where(update => explained.ContainsKey(NodeNames.Of(update.Node))),
                update => Assert.Equal(explained[NodeNames.Of(update.Node)], update.Weight, 12)
            );
        }
    }

    // Over the last third of the versions: each of them is noisy.
    private static async Task<double> FinalAsync(SimulationPlan plan, ISimulationTask task, Func<Score, double> value)
    {
        var result = await Simulated.RunAsync(plan, task);
        return result.Versions.Skip(result.Versions.Count * 2 / 3).Average(version => value(version.Score!));
    }
}
