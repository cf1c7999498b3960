using Federated.Adapters;

namespace Federated.Aggregation.Tests;

public sealed class AdapterMergeTests
{
    private static readonly double[] Weights = [0.5, 0.3, 0.2];

    private readonly PeftAdapter[] _adapters = [Adapter(1, 3), Adapter(2, 3), Adapter(3, 3)];

    [Fact]
    public void Stacking_is_the_weighted_sum_of_the_changes()
    {
        var merged = AdapterMerge.Merge(_adapters, Weights, MergeMethod.Stack);
        Assert.Equal(9, merged.Adapter.Layers[0].Rank);
        AssertIsWeightedSum(merged.Adapter, 0);
        Assert.Equal(0, merged.DroppedTail);
    }

    [Fact]
    public void One_adapter_that_must_not_be_shared_makes_the_merged_one_so()
    {
        PeftAdapter[] mixed = [_adapters[0], _adapters[1] with { IsPrivate = false }, _adapters[2]];
        Assert.True(AdapterMerge.Merge(_adapters, Weights, MergeMethod.Stack).Adapter.IsPrivate);
        Assert.False(AdapterMerge.Merge(mixed, Weights, MergeMethod.Stack).Adapter.IsPrivate);
        Assert.False(AdapterMerge.Merge(mixed, Weights, MergeMethod.Average, rank: 2).Adapter.IsPrivate);
    }

    [Fact]
    public void Svd_of_a_rank_leaves_out_what_it_says()
    {
        var merged = AdapterMerge.Merge(_adapters, Weights, MergeMethod.Svd, rank: 2);
        Assert.All(merged.Adapter.Layers, layer => Assert.Equal(2, layer.Rank));
        AssertIsWeightedSum(merged.Adapter, merged.DroppedTail);
        Assert.InRange(merged.RelativeError, 0.05, 0.99);
        Assert.True(AdapterMerge.Merge(_adapters, Weights, MergeMethod.Svd).DroppedTail < merged.DroppedTail);
    }

    [Fact]
    public void A_stack_that_is_cut_to_a_rank_leaves_out_what_svd_does()
    {
        var stacked = AdapterMerge.Merge(_adapters, Weights, MergeMethod.Stack, rank: 2);
        var best = AdapterMerge.Merge(_adapters, Weights, MergeMethod.Svd, rank: 2);
        Assert.All(stacked.Adapter.Layers, layer => Assert.Equal(2, layer.Rank));
        Assert.Equal(best.DroppedTail, stacked.DroppedTail, 1e-5);
        AssertIsWeightedSum(stacked.Adapter, stacked.DroppedTail);
        Assert.Equal(9, AdapterMerge.Merge(_adapters, Weights, MergeMethod.Stack, rank: 20).Adapter.Layers[0].Rank);
        Assert.Equal(3, AdapterMerge.Merge(_adapters, Weights, MergeMethod.Average, rank: 3).Adapter.Layers[0].Rank);
    }

    [Fact]
    public void Averaging_leaves_out_what_it_says()
    {
        var merged = AdapterMerge.Merge(_adapters, Weights, MergeMethod.Average);
        Assert.Equal(3, merged.Adapter.Layers[0].Rank);
        AssertIsWeightedSum(merged.Adapter, merged.DroppedTail);
        Assert.Equal(merged.AveragingLoss, merged.DroppedTail);
    }

    [Fact]
    public void An_average_that_is_cut_to_a_rank_says_how_far_it_is_from_the_exact_merge()
    {
        var whole = AdapterMerge.Merge(_adapters, Weights, MergeMethod.Average);
        var cut = AdapterMerge.Merge(_adapters, Weights, MergeMethod.Average, rank: 2);
        Assert.All(cut.Adapter.Layers, layer => Assert.Equal(2, layer.Rank));
        AssertIsWeightedSum(cut.Adapter, cut.DroppedTail);
        // Neither the average's loss alone, nor less than the best adapter of the rank leaves out.
        Assert.NotEqual(whole.DroppedTail, cut.DroppedTail, 1e-3);
        Assert.True(cut.DroppedTail > AdapterMerge.Merge(_adapters, Weights, MergeMethod.Svd, rank: 2).DroppedTail);
    }

    [Fact]
    public void Beside_one_A_for_all_the_Bs_are_summed_exactly()
    {
        PeftAdapter[] frozen =
        [
            .. _adapters.Select(adapter =>
                adapter with
                {
                    Layers = [.. adapter.Layers.Zip(_adapters[0].Layers, (layer, first) => layer with { A = first.A })],
                }
            ),
        ];
        var merged = AdapterMerge.Merge(frozen, [0.9, 0.4, -0.2], MergeMethod.Ffa);
        var exact = AdapterMerge.Merge(frozen, [0.9, 0.4, -0.2], MergeMethod.Stack);
        Assert.All(
            LayerDifference.Between(merged.Adapter, exact.Adapter),
            layer => Assert.InRange(layer.Distance, 0, 1e-5)
        );
        Assert.Equal(frozen[0].Layers[0].A.ToArray(), merged.Adapter.Layers[0].A.ToArray());
    }

    [Fact]
    public void Adapters_of_different_ranks_and_scales_are_merged_by_product()
    {
        PeftAdapter[] mixed = [Adapter(1, 2), Adapter(2, 4, scale: 3)];
        var merged = AdapterMerge.Merge(mixed, [0.5, 0.5], MergeMethod.Svd, rank: 6);
        Assert.InRange(merged.RelativeError, 0, 1e-12);
        Assert.Null(merged.AveragingLoss);
        Assert.Contains("svd or stack", Refused(mixed, MergeMethod.Average), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_together_is_refused_with_the_layer_and_the_fix()
    {
        Assert.Contains("2 weight(s) for 3", Refused(_adapters, MergeMethod.Svd, [1, 1]), StringComparison.Ordinal);
        Assert.Contains("A factors of q", Refused(_adapters, MergeMethod.Ffa), StringComparison.Ordinal);
        Assert.Contains("no finite", Refused(_adapters, MergeMethod.Svd, [1, 1, double.NaN]), StringComparison.Ordinal);
        var other = _adapters[1] with { BaseModelName = "other" };
        Assert.Contains("base model", Refused([_adapters[0], other, other], MergeMethod.Svd), StringComparison.Ordinal);
        var fewer = _adapters[1] with { Layers = [_adapters[1].Layers[0]] };
        Assert.Contains("changes v", Refused([_adapters[0], fewer, fewer], MergeMethod.Svd), StringComparison.Ordinal);
        Assert.Contains("changes v", Refused([fewer, _adapters[0], fewer], MergeMethod.Svd), StringComparison.Ordinal);
        Assert.Throws<AdapterMergeException>(() => AdapterMerge.Merge([], [], MergeMethod.Svd));
    }

    [Fact]
    public void Figures_and_differences_are_those_of_the_products()
    {
        var figures = LayerFigures.Of(_adapters[0])[0];
        Assert.Equal(figures.Norm, Math.Sqrt(figures.SingularValues.Sum(value => value * value)), 1e-12);
        Assert.InRange(figures.StableRank, 1, 3);
        var same = LayerDifference.Between(_adapters[0], _adapters[0]);
        Assert.All(same, layer => Assert.Equal((0, 1), (Math.Round(layer.Distance, 9), Math.Round(layer.Cosine, 9))));
        var zero = _adapters[0].Layers[0] with { B = new float[36] };
        Assert.Equal(
            (0, 0),
            (LayerFigures.Of(new("", [zero]))[0].Norm, LayerFigures.Of(new("", [zero]))[0].StableRank)
        );
        // The same product by other factors is no difference.
        var halved = _adapters[0] with
        {
            Layers =
            [
                .. _adapters[0].Layers.Select(layer => layer with { Scale = layer.Scale / 2, B = Doubled(layer.B) }),
            ],
        };
        Assert.All(LayerDifference.Between(_adapters[0], halved), layer => Assert.InRange(layer.Distance, 0, 1e-6));
    }

    private static string Refused(PeftAdapter[] adapters, MergeMethod method, double[]? weights = null) =>
        Assert
            .Throws<AdapterMergeException>(() =>
                AdapterMerge.Merge(adapters, weights ?? [.. adapters.Select(_ => 0.5)], method)
            )
            .Message;

    private void AssertIsWeightedSum(PeftAdapter merged, double distance)
    {
        var squares = 0.0;
        foreach (var layer in merged.Layers)
        {
            var sum = new ProductSum(layer.OutFeatures, layer.InFeatures).Add(-1, Pair(layer));
            foreach (var (adapter, weight) in _adapters.Zip(Weights))
            {
                sum.Add(weight, Pair(adapter.Layers.Single(part => part.Path == layer.Path)));
            }

            squares += Math.Pow(sum.Norm(), 2);
        }

        Assert.Equal(distance, Math.Sqrt(squares), 1e-5);
    }

    private static FactorPair Pair(PeftLayer layer) => AdapterLayers.PairOf(layer, layer.Scale);

    private static float[] Doubled(ReadOnlyMemory<float> values) => [.. values.ToArray().Select(x => 2 * x)];

    private static PeftAdapter Adapter(int seed, int rank, double scale = 2)
    {
        var random = new Random(seed);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        PeftLayer Layer(string path, int rows, int columns) =>
            new(path, rank, rows, columns, scale, Numbers(rows * rank), Numbers(rank * columns));

        return new("base", [Layer("q", 12, 10), Layer("v", 9, 14)]);
    }
}
