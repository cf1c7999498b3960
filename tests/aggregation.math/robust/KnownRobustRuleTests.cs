using System.Text.Json;

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
