using Federated.Lab.Simulate;

namespace Federated.Lab.Tests.Simulate;

/// <summary>Runs whose versions are more than an adapter, and whose nodes have more than their records: through the same code as at real nodes.</summary>
public sealed class MergingTests
{
    private const int Nodes = 8;

    private static readonly Population Population = Population.Create(
        7,
        Nodes,
        new() { MeanParticipation = 0.6, ParticipationFloor = 0.3 }
    );

    [Theory]
    [InlineData("svd")]
    [InlineData("fedex")]
    [InlineData("stack")]
    [InlineData("alternating")]
    public async Task Nodes_go_on_from_all_that_a_version_is_made_of(string merge)
    {
        using var task = QuadraticTask.Of(7, Population, 6);
        var document = Simulated.Document(Nodes, 40, new() { Method = "fedavg" });
        var residuals = 0;
        using var watched = new WatchedTask(
            task,
            (_, from) => Interlocked.Add(ref residuals, from.Content.Residual is null ? 0 : 1)
        );
        var result = await Simulated.RunAsync(
            new()
            {
                Document = document with
                {
                    Adapter = new() { Factors = merge == "alternating" ? merge : "ab" },
                    Aggregation = document.Aggregation with { Merge = merge },
                },
                Keys = VirtualKey.All(7, Nodes),
                Seed = 7,
                Participation = () => new BernoulliParticipation(7, [.. Enumerable.Repeat(0.8, Nodes)]),
            },
            watched
        );

        var excess = result.Versions.Select(version => version.Score!.Loss - task.Optimum).ToList();
        Assert.True(excess.TakeLast(10).Average() < 0.1 * excess[0], $"{excess[0]} → {excess[^1]}");
        Assert.Equal(merge is "fedex" or "stack", residuals > 0);
    }

    [Fact]
    public async Task Bounds_of_adaptive_clipping_follow_each_node_and_outlive_a_stop()
    {
        var undisturbed = new List<(int Node, long Version, double? Bound)>();
        var expected = await RunAsync(null, (node, from) => undisturbed.Add((node, from.Version, from.MaxGradNorm)));
        Assert.Contains(undisturbed, start => start.Bound is > 0 and not 10);
        Assert.All(undisturbed.GroupBy(start => start.Node), starts => Assert.Null(starts.MinBy(s => s.Version).Bound));

        using var folder = new TemporaryFolder();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var begun = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            RunAsync(
                folder.Path,
                (_, _) =>
                {
                    if (Interlocked.Increment(ref begun) == 17)
                    {
                        stop.Cancel();
                    }
                },
                stop.Token
            )
        );
        // What a kill in the middle of a row leaves.
        await File.AppendAllTextAsync(
            Path.Combine(folder.Path, "node-bounds.csv"),
            "3,4",
            TestContext.Current.CancellationToken
        );
        Assert.Equal(expected.JournalDigest, (await RunAsync(folder.Path, (_, _) => { })).JournalDigest);
    }

    private static async Task<SimulationResult> RunAsync(
        string? folder,
        Action<int, TrainingStart> begun,
        CancellationToken? cancellation = null
    )
    {
        using var task = new WatchedTask(new ClassificationTask(3, Population, new SyntheticExamples(3)), begun);
        var document = Simulated.Document(Nodes, 6, new() { Method = "fedau" });
        document = document with
        {
            Adapter = new() { Factors = "ab" },
            Privacy = new()
            {
                Mechanism = "test",
                NoiseMultiplier = 0.3,
                MaxGradNorm = 10,
                ExpectedBatchSize = 16,
                MaxSamplingRate = 1,
                AdaptiveClipping = new() { NoiseMultiplier = 3 },
            },
            Local = new()
            {
                Steps = 2,
                Optimizer = new() { Name = "adamw", LearningRate = 0.01 },
            },
            Rounds = document.Rounds with { MaxStaleness = 3 },
            Aggregation = document.Aggregation with { Merge = "fedex" },
        };
        return await Simulation.RunAsync(
            new()
            {
                Document = task.Fit(document),
                Keys = VirtualKey.All(3, Nodes),
                Seed = 3,
                Participation = () => new BernoulliParticipation(3, Population.Probabilities),
                Times = new()
                {
                    Distribution = WorkTimeDistribution.LogNormal,
                    Typical = TimeSpan.FromMinutes(6),
                    Spread = 1,
                },
                DataFolder = folder,
                Threads = 1,
            },
            task,
            _ => { },
            cancellation ?? TestContext.Current.CancellationToken
        );
    }
}
