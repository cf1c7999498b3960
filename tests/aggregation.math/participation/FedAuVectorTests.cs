using System.Text.Json;

namespace Federated.Aggregation.Tests;

public sealed class FedAuVectorTests
{
    private static readonly JsonElement FedAu = Vectors.Read("fedau.json");

    public static TheoryData<string, int, string> Cases()
    {
        var cases = new TheoryData<string, int, string>();
        foreach (var (section, root) in new[] { ("short", FedAu), ("long", FedAu.GetProperty("long")) })
        {
            foreach (var known in root.GetProperty("cases").EnumerateArray())
            {
                cases.Add(section, known.GetProperty("K").GetInt32(), known.GetProperty("client").GetString()!);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_are_the_known_fractions_after_every_version(string section, int cutoff, string client)
    {
        var root = section == "short" ? FedAu : FedAu.GetProperty("long");
        var known = root.GetProperty("cases")
            .EnumerateArray()
            .Single(c => c.GetProperty("K").GetInt32() == cutoff && c.GetProperty("client").GetString() == client);
        var participation = root.GetProperty("participation")
            .GetProperty(client)
            .EnumerateArray()
            .Select(x => x.GetInt32())
            .ToArray();
        var after = known.GetProperty("weight_after").Doubles();

        var counters = ParticipationCounters.AdmittedAt(0);
        for (var t = 0; t < participation.Length; t++)
        {
            if (known.TryGetProperty("weight_used", out var used))
            {
                Assert.Equal(used[t].GetDouble(), counters.AdvanceTo(t, cutoff).Weight);
            }

            if (participation[t] == 1)
            {
                counters = counters.Participate(t, cutoff);
            }

            var next = counters.AdvanceTo(t + 1, cutoff);
            // The long cases are written with 12 decimals.
            Assert.Equal(after[t], next.Weight, section == "short" ? 0 : 1e-12);
            if (known.TryGetProperty("weight_after_exact", out var exact))
            {
                Assert.Equal(exact[t].GetString(), Fraction(next));
                Assert.Equal(known.GetProperty("interval_count_after")[t].GetInt64(), next.Intervals);
                Assert.Equal(known.GetProperty("open_interval_after")[t].GetInt64(), next.OpenInterval);
            }
        }

        var last = counters.AdvanceTo(participation.Length, cutoff);
        var intervals = known.GetProperty("intervals").EnumerateArray().Select(x => x.GetInt64()).ToArray();
        Assert.Equal(intervals.Length, last.Intervals);
        Assert.Equal(intervals.Sum(), last.RecordedVersions);
        Assert.Equal(known.GetProperty("open_interval").GetInt64(), last.OpenInterval);
        if (known.TryGetProperty("final_exact", out var final))
        {
            Assert.Equal(final.GetString(), Fraction(last));
        }
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("3", 3)]
    [InlineData("10", 10)]
    [InlineData("50", 50)]
    [InlineData("inf", null)]
    public void The_scalar_quadratic_run_follows_the_paper(string name, int? cutoff)
    {
        var run = FedAu.GetProperty("quadratic_run");
        var expected = run.GetProperty("fedau").GetProperty(name).Doubles();
        var actual = Quadratic(run, new(ParticipationMethod.FedAu, cutoff, WeightCap.None));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void Uniform_weights_are_the_papers_average_all()
    {
        var run = FedAu.GetProperty("quadratic_run");
        var actual = Quadratic(run, new(ParticipationMethod.Uniform, null, WeightCap.None));
        Assert.All(
            run.GetProperty("average_all").Doubles().Zip(actual),
            pair => Assert.Equal(pair.First, pair.Second, 1e-12)
        );
    }

    private static List<double> Quadratic(JsonElement run, ParticipationPolicy policy)
    {
        var centers = run.GetProperty("centers").Doubles();
        var gamma = run.GetProperty("gamma").GetDouble();
        var clients = FedAu.GetProperty("clients").EnumerateArray().Select(c => c.GetString()!).ToArray();
        var participation = clients
            .Select(c =>
                FedAu.GetProperty("participation").GetProperty(c).EnumerateArray().Select(x => x.GetInt32()).ToArray()
            )
            .ToArray();
        var counters = clients.Select(_ => ParticipationCounters.AdmittedAt(0)).ToArray();
        var x = 0.0;
        var path = new List<double>();
        for (var t = 0; t < participation[0].Length; t++)
        {
            var sum = 0.0;
            for (var n = 0; n < clients.Length; n++)
            {
                if (participation[n][t] == 0)
                {
                    continue;
                }

                var y = x;
                for (var step = 0; step < run.GetProperty("local_steps").GetInt32(); step++)
                {
                    y -= gamma * (y - centers[n]);
                }

                sum += policy.Weight(counters[n], t, clients.Length) * (y - x);
                counters[n] = counters[n].Participate(t, policy.Cutoff);
            }

            x += run.GetProperty("eta").GetDouble() * sum / clients.Length;
            path.Add(x);
        }

        return path;
    }

    private static string Fraction(ParticipationCounters counters)
    {
        if (counters.Intervals == 0)
        {
            return "1/1";
        }

        var (a, b) = (counters.RecordedVersions, counters.Intervals);
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return $"{counters.RecordedVersions / a}/{counters.Intervals / a}";
    }
}
