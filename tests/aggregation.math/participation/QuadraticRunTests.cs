using System.Text.Json;

namespace Federated.Aggregation.Tests;

public sealed class QuadraticRunTests
{
    private const double Float32 = 2e-6;
    private readonly QuadraticRun _run = new();
    private readonly JsonElement _known = Vectors.Read("fedau.json").GetProperty("quadratic_run");

    [Theory]
    [InlineData("1", 1)]
    [InlineData("3", 3)]
    [InlineData("10", 10)]
    [InlineData("50", 50)]
    [InlineData("inf", null)]
    public async Task Fedau_follows_the_papers_path(string name, int? cutoff) =>
        Agrees(
            [.. _known.GetProperty("fedau").GetProperty(name).Doubles()],
            await _run.RunAsync(With(new(ParticipationMethod.FedAu, cutoff, WeightCap.None)), bystander: true)
        );

    [Fact]
    public async Task Uniform_is_the_papers_average_all() =>
        Agrees([.. _known.GetProperty("average_all").Doubles()], await RunAsync(ParticipationMethod.Uniform));

    [Fact]
    public async Task A_cutoff_of_one_is_average_all_to_the_bit()
    {
        var one = await _run.RunAsync(With(new(ParticipationMethod.FedAu, 1, WeightCap.None)), bystander: false);
        Assert.Equal(await RunAsync(ParticipationMethod.Uniform), one);
    }

    [Fact]
    public async Task Fedavg_is_the_papers_average_participating() =>
        Agrees([.. _known.GetProperty("average_participating").Doubles()], await RunAsync(ParticipationMethod.FedAvg));

    [Fact]
    public async Task Known_probabilities_divide_by_them()
    {
        double[] probabilities = [0.5, 0.1, 0.4, 0.2, 0.05];
        var clients = Vectors.Read("fedau.json").GetProperty("clients");
        var policy = new ParticipationPolicy(ParticipationMethod.Known, null, WeightCap.None)
        {
            // By a prefix of the id, as documents name nodes.
            Probabilities = probabilities
                .Select((p, n) => (Node: clients[n].GetString()![..5], p))
                .ToDictionary(pair => pair.Node, pair => pair.p),
        };
        var expected = Reference((x, present) => present.Sum(n => (_run.Local(x, n) - x) / probabilities[n]) / 5);
        Agrees(expected, await _run.RunAsync(With(policy), bystander: false), tolerance: 1e-4);
    }

    [Fact]
    public async Task Fedvarp_replaces_remembered_updates()
    {
        var remembered = new double[5];
        var expected = Reference(
            (x, present) =>
            {
                var mean = remembered.Average();
                var fresh = present.ConvertAll(n => _run.Local(x, n) - x);
                var step = present.Zip(fresh).Average(pair => pair.Second - remembered[pair.First]) + mean;
                present.Zip(fresh).ToList().ForEach(pair => remembered[pair.First] = pair.Second);
                return step;
            }
        );
        Agrees(expected, await RunAsync(ParticipationMethod.FedVarp));
    }

    [Fact]
    public async Task Mifa_averages_everybodys_newest_update()
    {
        var remembered = new double[5];
        var expected = Reference(
            (x, present) =>
            {
                present.ForEach(n => remembered[n] = _run.Local(x, n) - x);
                return remembered.Average();
            }
        );
        Agrees(expected, await RunAsync(ParticipationMethod.Mifa));
    }

    [Fact]
    public void Fedau_is_nearer_to_the_fair_optimum_than_average_participating()
    {
        // Mean distance of the second half of the path from the optimum of the average objective, 0.6.
        var fedau = Distance([.. _known.GetProperty("fedau").GetProperty("10").Doubles()]);
        var fedavg = Distance([.. _known.GetProperty("average_participating").Doubles()]);
        Assert.True(fedau < fedavg, $"{fedau} against {fedavg}");
    }

    private Task<List<double>> RunAsync(ParticipationMethod method) =>
        _run.RunAsync(With(new(method, null, WeightCap.None)), bystander: false);

    private static Func<RunTerms, RunTerms> With(ParticipationPolicy policy) =>
        terms => terms with { Participation = policy };

    private double Distance(double[] path) => Math.Abs(path.Skip(20).Average() - _run.Centers.Average());

    private double[] Reference(Func<double, List<int>, double> step)
    {
        var (x, path) = (0.0, new List<double>());
        for (var round = 0; round < _run.Rounds; round++)
        {
            var present = Enumerable.Range(0, 5).Where(n => _run.Participation[n][round]).ToList();
            x += present.Count == 0 ? 0 : step(x, present);
            path.Add(x);
        }

        return [.. path];
    }

    private static void Agrees(double[] expected, List<double> actual, double tolerance = Float32)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.All(
            expected.Zip(actual),
            pair => Assert.Equal(pair.First, pair.Second, tolerance * Math.Max(1, Math.Abs(pair.First)))
        );
    }
}
