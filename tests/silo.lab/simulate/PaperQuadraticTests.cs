using System.Globalization;
using System.Text.Json;
using Federated.Lab.Simulate;

namespace Federated.Lab.Tests.Simulate;

/// <summary>The scalar run of the FedAU vectors, x after each round, through the whole silo.</summary>
public sealed class PaperQuadraticTests
{
    private const int Rounds = 40;

    // Adapters travel as float32.
    private const double Tolerance = 2e-6;

    private static readonly JsonElement Vectors = JsonDocument
        .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "fedau.json")))
        .RootElement;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(50)]
    public async Task The_silo_follows_FedAU_round_for_round(int cutoff) =>
        await FollowsAsync(
            Vectors.GetProperty("quadratic_run").GetProperty("fedau").GetProperty($"{cutoff}"),
            Simulated.FedAu(cutoff)
        );

    [Fact]
    public async Task The_silo_follows_average_all_round_for_round() =>
        await FollowsAsync(
            Vectors.GetProperty("quadratic_run").GetProperty("average_all"),
            new() { Method = "uniform" }
        );

    // In six of the forty rounds nobody takes part; the paper counts them, and a silo publishes no empty version. So a sixth node reports
    // in each round that it has learnt nothing: it moves no x, and what it adds to N the server's learning rate takes back.
    private static async Task FollowsAsync(JsonElement expected, Protocol.ParticipationSection participation)
    {
        var run = Vectors.GetProperty("quadratic_run");
        float[][] centres =
        [
            .. run.GetProperty("centers").EnumerateArray().Select(centre => (float[])[(float)centre.GetDouble()]),
        ];
        var document = Simulated.Document(6, Rounds, participation);
        document = document with
        {
            Aggregation = document.Aggregation with
            {
                ServerOptimizer = new() { Name = "sgd", LearningRate = 6.0 / 5 },
            },
        };
        using var task = new WitnessTask(centres);
        await Simulated.RunAsync(
            new()
            {
                Document = document,
                Keys = VirtualKey.All(1, 6),
                Seed = 1,
                Participation = () => RecordedParticipation.Read(new StringReader(Trace()), 6),
            },
            task
        );
        var found = task.Evaluated.Skip(1).ToList();
        Assert.Equal(Rounds, found.Count);
        foreach (var (x, wanted) in found.Zip(expected.EnumerateArray(), (x, wanted) => (x, wanted.GetDouble())))
        {
            Assert.InRange(x, wanted - Tolerance, wanted + Tolerance);
        }
    }

    private static string Trace()
    {
        var nodes = Vectors.GetProperty("participation").EnumerateObject().Select(client => client.Value).ToList();
        var rows =
            from round in Enumerable.Range(0, Rounds)
            from node in Enumerable.Range(0, 6)
            where node == 5 || nodes[node][round].GetInt32() == 1
            select string.Create(CultureInfo.InvariantCulture, $"{round},{node}");
        return string.Join('\n', rows);
    }
}
