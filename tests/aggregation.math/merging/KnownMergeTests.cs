namespace Federated.Aggregation.Tests;

/// <summary>The vectors of lora_aggregation.json: three clients, 6 × 5, rank 2, from an adapter of zeros.</summary>
public sealed class KnownMergeTests
{
    private readonly System.Text.Json.JsonElement _known = Vectors.Read("lora_aggregation.json");
    private readonly LayerMerge _merge;

    public KnownMergeTests()
    {
        var zero = FactorPair.From(new double[6, 2], new double[2, 5]);
        _merge = new(
            zero,
            [
                .. _known
                    .GetProperty("weights")
                    .Doubles()
                    .Zip(
                        _known.GetProperty("B").EnumerateArray().Select(Vectors.Matrix),
                        _known.GetProperty("A").EnumerateArray().Select(Vectors.Matrix)
                    )
                    .Select(client => new LayerUpdate(
                        client.First,
                        zero,
                        FactorPair.From(client.Second, client.Third)
                    )),
            ]
        );
    }

    [Fact]
    public void The_exact_merge_is_the_weighted_sum_of_the_products() => Same("delta", _merge.Exact().Dense());

    [Fact]
    public void The_svd_merge_is_the_best_product_of_its_rank()
    {
        var merged = _merge.Svd(null, 0);
        Assert.All(
            _known.GetProperty("singular_values").Doubles().Zip(merged.SingularValues),
            pair => Assert.Equal(pair.First, pair.Second, 1e-14)
        );
        Same("rank2_product", merged.Kept.Product());
        Assert.Equal(Number("rank2_residual_fro"), merged.DroppedTail, 1e-14);
    }

    [Fact]
    public void What_the_svd_merge_drops_is_its_true_distance_from_the_exact_one()
    {
        var merged = _merge.Svd(null, 0);
        var distance = _merge.Exact().Add(-1, merged.Kept).Norm();
        Assert.Equal(distance, merged.DroppedTail, 1e-13);
    }

    [Fact]
    public void Averaging_the_factors_loses_the_known_residual()
    {
        Same("fedit_product", _merge.Average().Product());
        Same("fedex_residual", _merge.AveragingLoss().Dense());
        Assert.Equal(Number("fedit_error_fro"), _merge.AveragingLoss().Norm(), 1e-13);
    }

    [Fact]
    public void Stacking_loses_nothing()
    {
        var stacked = _merge.Change().Stack();
        Assert.Equal(6, stacked.Rank);
        Same("delta", stacked.Product());
    }

    private double Number(string name) => _known.GetProperty(name).GetDouble();

    private void Same(string name, double[,] actual)
    {
        var expected = _known.GetProperty(name).Matrix();
        Assert.Equal((expected.GetLength(0), expected.GetLength(1)), (actual.GetLength(0), actual.GetLength(1)));
        Assert.All(
            expected.Cast<double>().Zip(actual.Cast<double>()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-13)
        );
    }
}
