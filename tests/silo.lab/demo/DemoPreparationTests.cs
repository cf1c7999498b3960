using Federated.Lab.Demo;
using Federated.Privacy.Accounting;

namespace Federated.Lab.Tests.Demo;

public sealed class DemoPreparationTests : IDisposable
{
    private const int Enough = 8 * DemoDefaults.ExpectedBatchSize;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_plan_of_every_node_stays_within_the_target_and_the_owners_budget()
    {
        var state = Prepare(Data(("a", Enough), ("b", 3 * Enough)));

        Assert.All(
            state.Organisations,
            organisation =>
            {
                var plan = new RepeatedEvent(
                    new PoissonSampledGaussianEvent(
                        organisation.SamplingRate(DemoDefaults.ExpectedBatchSize),
                        state.NoiseMultiplier
                    ),
                    state.Versions * DemoDefaults.Steps
                );
                var epsilon = Accountants.Best(plan, state.PlanDelta).Epsilon;
                Assert.InRange(epsilon, 0.1, DemoDefaults.TargetEpsilon);
                Assert.True(organisation.SamplingRate(DemoDefaults.ExpectedBatchSize) <= state.MaxSamplingRate);
            }
        );
        Assert.True(DemoDefaults.TargetEpsilon < DemoDefaults.BudgetEpsilon);
    }

    [Fact]
    public void The_split_depends_on_the_seed_alone()
    {
        var first = Prepare(Data(("a", Enough), ("b", Enough)), "one", seed: 3);
        var again = Prepare(Data(("a", Enough), ("b", Enough)), "two", seed: 3);

        Assert.Equal(first.Organisations.Select(o => o.Name), again.Organisations.Select(o => o.Name));
        Assert.Equal(Key("one", "a"), Key("two", "a"));
        Assert.NotEqual(DemoPreparation.SplitKey(3), DemoPreparation.SplitKey(4));
    }

    [Fact]
    public void The_decisions_are_read_back_as_they_were_written()
    {
        var state = Prepare(Data(("a", Enough), ("b", Enough), ("c", Enough)));
        using var folder = DemoFolder.Open(_folder.File("demo"));

        state.Write(folder);
        var read = DemoState.Read(folder)!;

        Assert.Equal(state.Organisations, read.Organisations);
        Assert.Equal(state.LinkPorts, read.LinkPorts);
        Assert.Equal((state.GrpcPort, state.HttpPort), (read.GrpcPort, read.HttpPort));
        Assert.Equal(("c", "b"), (read.Late, read.Intermittent));
    }

    [Fact]
    public void Too_few_records_are_refused_before_anything_is_started()
    {
        var error = Assert.Throws<DemoException>(() => Prepare(Data(("a", Enough), ("tiny", 20))));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("tiny.jsonl", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_decisions_are_an_error_that_says_what_to_do()
    {
        using var folder = DemoFolder.Open(_folder.File("demo"));
        File.WriteAllText(folder.StateFile, "{ half");

        Assert.Contains(
            "--fresh",
            Assert.Throws<DemoException>(() => DemoState.Read(folder)).Message,
            StringComparison.Ordinal
        );
    }

    private byte[] Key(string demo, string organisation) =>
        File.ReadAllBytes(Path.Combine(_folder.Path, demo, "nodes", organisation, "holdout.key"));

    private DemoState Prepare(string data, string demo = "demo", int seed = 1)
    {
        using var folder = DemoFolder.Open(_folder.File(demo));
        var options = new DemoOptions
        {
            Directory = demo,
            DataFolder = data,
            Versions = 2,
            Seed = seed,
        };
        return DemoPreparation.Prepare(folder, options);
    }

    private string Data(params (string Name, int Records)[] organisations)
    {
        var folder = Directory.CreateDirectory(_folder.File("data")).FullName;
        foreach (var (name, records) in organisations)
        {
            File.WriteAllLines(
                Path.Combine(folder, name + ".jsonl"),
                Enumerable.Range(0, records).Select(i => $"{{\"text\": \"{name} {i}\"}}")
            );
        }

        return folder;
    }
}
