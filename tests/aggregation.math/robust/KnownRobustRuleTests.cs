using System.Text.Json;
using FsCheck.Xunit;

namespace Federated.Aggregation.Tests;

/// <summary>What other platforms' own tests say of the same rules.</summary>
public sealed class KnownRobustRuleTests
{
    [Theory]
    [InlineData("flower.median.4x3")]
    [InlineData("flower.median.scalar")]
    public void Coordinate_medians(string id) =>
        Agrees(Vectors.Case(id), (values, _) => CoordinateRules.Median(values));

    [Theory]
    [InlineData("flower.trimmed.4x4")]
    [InlineData("flower.trimmed.scalar")]
    public void Trimmed_means(string id) =>
        Agrees(
            Vectors.Case(id),
            (values, inputs) => CoordinateRules.TrimmedMean(values, inputs.GetProperty("beta").GetDouble())
        );

    [Theory]
    [InlineData("flower.krum.3c", 1)]
    [InlineData("flower.multikrum.3c", 2)]
    public void Krum_and_multi_krum(string id, int select)
    {
        var known = Vectors.Case(id);
        var clients = Rows(known.GetProperty("inputs").GetProperty("clients"));
        var weights = clients.Select(_ => 1.0).ToArray();
        var f = known.GetProperty("inputs").GetProperty("num_malicious").GetInt32();
        var shares = DistanceRules.Krum(Grams.Of(clients), weights, f, select);
        Assert.All(
            known.GetProperty("expected").Doubles().Zip(Grams.Combine(clients, shares)),
            pair => Assert.Equal(pair.First, pair.Second, 1e-12)
        );
    }

    [Property(MaxTest = 100)]
    public void A_weight_is_so_many_votes(int seed)
    {
        var random = new Random(seed);
        var votes = Enumerable.Range(0, 2 + random.Next(8)).Select(_ => 1 + random.Next(4)).ToArray();
        var values = votes.Select(_ => (double)random.Next(-5, 6)).ToArray();
        double[] repeated =
        [
            .. values.Zip(votes, (value, count) => Enumerable.Repeat(value, count)).SelectMany(x => x),
        ];
        double[] weights = [.. votes.Select(count => count / 7.0)];

        Assert.Equal(
            CoordinateRules.Median([.. repeated]),
            CoordinateRules.WeightedMedian([.. values], [.. weights]),
            1e-12
        );
        // A trim that leaves out whole votes.
        var trim = (double)random.Next((repeated.Length + 1) / 2) / repeated.Length;
        double[] sorted = [.. repeated.Order()];
        var cut = (int)Math.Round(trim * sorted.Length);
        Assert.Equal(
            sorted[cut..^cut].Average(),
            CoordinateRules.WeightedTrimmedMean([.. values], [.. weights], trim),
            1e-9
        );
    }

    [Fact]
    public void Less_than_half_of_the_weight_does_not_carry_the_median_away()
    {
        double[] values = [1, 2, 3, 1e30, 1e30, 1e30];
        Assert.InRange(CoordinateRules.WeightedMedian([.. values], [2, 2, 2, 1, 1, 1]), 1, 3);
        Assert.InRange(CoordinateRules.WeightedTrimmedMean([.. values], [2, 2, 2, 1, 1, 1], 1.0 / 3), 1, 3);
        Assert.Equal(1e30, CoordinateRules.WeightedMedian([.. values], [1, 1, 1, 2, 2, 2]));
    }

    private static void Agrees(JsonElement known, Func<double[], JsonElement, double> rule)
    {
        var inputs = known.GetProperty("inputs");
        var clients = Rows(inputs.GetProperty("clients"));
        var expected = known.GetProperty("expected");
        double[] all = expected.ValueKind == JsonValueKind.Number ? [expected.GetDouble()] : expected.Doubles();
        for (var j = 0; j < all.Length; j++)
        {
            Assert.Equal(all[j], rule([.. clients.Select(client => client[j])], inputs), 1e-12);
        }
    }

    private static double[][] Rows(JsonElement clients) =>
        [
            .. clients
                .EnumerateArray()
                .Select(client => client.ValueKind == JsonValueKind.Number ? [client.GetDouble()] : client.Doubles()),
        ];
}
