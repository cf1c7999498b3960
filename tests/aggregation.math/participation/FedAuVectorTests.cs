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
