using Federated.ClientNode;
using Federated.Lab.Simulate;

namespace Federated.Lab.Tests.Simulate;

/// <summary>Language models in a simulation: the node's own trainer on text that its sources share out.</summary>
public sealed class TextTaskTests : IDisposable
{
    private const int Nodes = 4;
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("ffa", "b")]
    [InlineData("stack", "ab")]
    public async Task What_the_nodes_read_is_learnt(string merge, string factors)
    {
        Write("north", 40, "Gets the name of the northern client.");
        Write("south", 40, "Releases the southern lock and returns true.");
        using var task = Open();
        var document = Simulated.Document(Nodes, 4, new() { Method = "uniform" });
        var result = await Simulated.RunAsync(
            new()
            {
                Document = document with
                {
                    Adapter = new()
                    {
                        Rank = 4,
                        Alpha = 8,
                        Targets = ["q_proj", "v_proj"],
                        Factors = factors,
                    },
                    Privacy = new()
                    {
                        Mechanism = "none",
                        MaxGradNorm = 1,
                        ExpectedBatchSize = 4,
                        MaxSamplingRate = 1,
                    },
                    Local = new()
                    {
                        Steps = 2,
                        MaxSequenceLength = 32,
                        Optimizer = new() { Name = "adamw", LearningRate = 5e-3 },
                    },
                    Aggregation = document.Aggregation with { Merge = merge },
                },
                Keys = VirtualKey.All(1, Nodes),
                Seed = 1,
                Participation = () => new BernoulliParticipation(1, [1, 1, 1, 1]),
                EvaluateEvery = 4,
                Threads = 1,
            },
            task
        );

        var (before, after) = (result.Versions[0].Score!, result.Versions[^1].Score!);
        Assert.True(after.Loss < before.Loss - 0.1, $"{before.Loss} → {after.Loss}");
        Assert.Null(after.Accuracy);
    }

    [Fact]
    public void A_source_with_fewer_records_than_nodes_is_refused_when_a_node_without_any_begins()
    {
        var record = new TextRecord("One record.", null);
        using var task = TextTask.Open(
            null,
            [new("north", [record], [record])],
            Population.OfGroups(1, Nodes, 1, new() { Uniform = true })
        );
        var document = task.Fit(Simulated.Document(Nodes, 1, new()) with { Adapter = new() { Targets = ["q_proj"] } });
        var layout = AdaptedModel.LayoutOf(document, Model);
        var error = Assert.Throws<SimulationException>(() =>
            task.Train(
                document,
                layout,
                Nodes - 1,
                new(0, new(layout.InitialValues(), null)),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Contains("lower --nodes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_read_by_name_one_source_a_file_with_a_tenth_held_out()
    {
        Write("south", 40, "South.");
        Write("north", 60, "North.");

        var sources = TextSources.Read(_folder.Path);

        Assert.Equal(["north", "south"], sources.Select(source => source.Name));
        Assert.All(sources, source => Assert.InRange(source.HeldOut.Count, 1, 15));
        Assert.Equal([60, 40], sources.Select(source => source.Training.Count + source.HeldOut.Count));
    }

    [Fact]
    public void A_source_without_a_record_that_judges_is_refused()
    {
        // Which records judge follows from their bytes alone.
        Write("north", 3, "Gets the name of the northern client.");
        Refused("none of its 3 records is in the tenth that judges");
    }

    [Fact]
    public void No_source_and_more_than_ten_are_refused()
    {
        Refused("0 .jsonl files; expected 1 … 10");
        for (var source = 0; source < 11; source++) // one more than there are labels
        {
            Write($"source-{source}", 1, "Text.");
        }

        Refused("11 .jsonl files; expected 1 … 10");
    }

    [Fact]
    public void A_line_that_is_no_record_is_refused_by_file_and_line()
    {
        File.WriteAllText(_folder.File("north.jsonl"), "{\"text\": \"a\"}\n{\"words\": 1}\n");
        Refused("line 2");
    }

    [Fact]
    public void Real_text_is_read()
    {
        var source = Assert.Single(TextSources.Read(RealData.Folder("shakespeare-by-speaker")));

        Assert.Equal("speeches", source.Name);
        Assert.True(source.Training.Count > 5000);
        Assert.Equal(40, source.HeldOut.Count);
    }

    public void Dispose() => _folder.Dispose();

    private static string Model => Federated.Lab.Demo.BaseModelFolder.Find();

    private TextTask Open() =>
        TextTask.Open(
            null,
            TextSources.Read(_folder.Path),
            Population.OfGroups(1, Nodes, Directory.GetFiles(_folder.Path).Length, new() { Uniform = true })
        );

    // Byte-identical records count once, so each has a number.
    private void Write(string source, int records, string text) =>
        File.WriteAllLines(
            _folder.File($"{source}.jsonl"),
            Enumerable.Range(0, records).Select(record => $"{{\"text\": \"{text} ({record})\"}}")
        );

    private void Refused(string because)
    {
        var error = Assert.Throws<SimulationException>(() => TextSources.Read(_folder.Path));
        Assert.True(error.IsUsage);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }
}
