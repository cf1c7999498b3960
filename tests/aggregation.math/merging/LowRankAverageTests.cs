namespace Federated.Aggregation.Tests;

public sealed class LowRankAverageTests
{
    [Fact]
    public void Averaging_the_factors_apart_loses_what_the_known_answer_says()
    {
        var known = Vectors.Read("lora_aggregation.json");
        var weights = known.GetProperty("weights").Doubles();
        var b = known.GetProperty("B").EnumerateArray().Select(Vectors.Matrix).ToArray();
        var a = known.GetProperty("A").EnumerateArray().Select(Vectors.Matrix).ToArray();

        AssertEqual(known.GetProperty("delta").Matrix(), LowRankAverage.SumOfProducts(weights, b, a));
        AssertEqual(known.GetProperty("fedit_B").Matrix(), LowRankAverage.Sum(weights, b));
        AssertEqual(known.GetProperty("fedit_A").Matrix(), LowRankAverage.Sum(weights, a));
        AssertEqual(known.GetProperty("fedit_product").Matrix(), LowRankAverage.ProductOfSums(weights, b, a));
        Assert.Equal(
            known.GetProperty("fedit_error_fro").GetDouble(),
            LowRankAverage.FactorAveragingError(weights, b, a),
            1e-12
        );
    }

    [Fact]
    public void With_one_frozen_A_nothing_is_lost()
    {
        var known = Vectors.Read("lora_aggregation.json");
        var b = known.GetProperty("B").EnumerateArray().Select(Vectors.Matrix).ToArray();
        var frozen = known.GetProperty("A")[0].Matrix();
        var error = LowRankAverage.FactorAveragingError(
            known.GetProperty("weights").Doubles(),
            b,
            [frozen, frozen, frozen]
        );
        Assert.Equal(0, error, 1e-14);
    }

    private static void AssertEqual(double[,] expected, double[,] actual)
    {
        Assert.Equal(expected.GetLength(0), actual.GetLength(0));
        Assert.Equal(expected.GetLength(1), actual.GetLength(1));
        Assert.All(
            expected.Cast<double>().Zip(actual.Cast<double>()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-12)
        );
    }
}
