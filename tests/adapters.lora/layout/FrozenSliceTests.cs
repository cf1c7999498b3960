using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

public sealed class FrozenSliceTests
{
    private static readonly LinearShape[] Linears = [new("a.o_proj", 24, 12), new("a.down_proj", 50, 12)];

    private static readonly AdapterOptions Options = new(4, 8, LoraScaling.RsLora, ["o_proj", "down_proj"], 3)
    {
        Factors = TrainedFactors.Slices,
    };

    [Fact]
    public void A_layer_holds_the_columns_of_r_neighbouring_channels()
    {
        var layout = AdapterLayout.For(Linears, Options);
        Assert.Equal(2 * 12 * 4, layout.Count);
        Assert.Same(layout, layout.TrainedAt(1));
        Assert.All(layout.InitialValues(), value => Assert.Equal(0, value));
        foreach (var tensor in layout.Tensors)
        {
            var (a, start) = (layout.InitialA(tensor), tensor.SliceStart!.Value);
            Assert.Equal(0, start % 4);
            Assert.InRange(start, 0, tensor.InFeatures - 4);
            Assert.Equal(tensor.FrozenDigest, FrozenFactor.Digest(a));
            for (var i = 0; i < a.Length; i++)
            {
                Assert.Equal(i % tensor.InFeatures == start + (i / tensor.InFeatures) ? 1 : 0, a[i]);
            }
        }
    }

    // The numbers come from a computation of their own. Every place is used, and none outside the layer.
    [Fact]
    public void The_seed_chooses_among_all_places()
    {
        var starts = Enumerable.Range(0, 200).Select(seed => FrozenSlice.Start(seed, "a.down_proj", 4, 50)).ToList();
        Assert.Equal(Enumerable.Range(0, 12).Select(i => 4 * i), starts.Distinct().Order());
        Assert.NotEqual(starts, Enumerable.Range(0, 200).Select(seed => FrozenSlice.Start(seed, "b.down_proj", 4, 50)));
        Assert.Equal(0, FrozenSlice.Start(0, "x", 5, 9));
        Assert.Equal([12, 44, 44, 16, 8, 36, 8, 32], starts.Take(8));
    }

    [Fact]
    public void Its_digest_says_what_is_frozen()
    {
        var slices = AdapterLayout.For(Linears, Options);
        Assert.NotEqual(AdapterLayout.For(Linears, Options with { Factors = TrainedFactors.B }).Digest, slices.Digest);
        Assert.Equal("a4fbeb4422f7d58585a8c58d08cfff529fd3259250834d6353e01c59a8f83eb8", slices.Digest);
    }

    [Fact]
    public void Only_the_chosen_columns_of_the_layer_change()
    {
        using var model = Some.Model();
        var layout = AdapterLayout.For(
            model.Config,
            Some.Options("down_proj") with
            {
                Factors = TrainedFactors.Slices,
            }
        );
        var values = Some.Values(layout, size: 1);
        var linear = model.AdaptableLinears.First(linear => linear.Path == layout.Tensors[0].Path);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var before = linear.Weight.detach().clone();
        AdapterWeights.Merge(model, layout, values);
        var change = linear.Weight - before;
        var (start, rank) = (layout.Tensors[0].SliceStart!.Value, layout.Tensors[0].Rank);
        var slice = tensor(values[..layout.Tensors[0].Length], [32, rank]).mul(layout.Tensors[0].Scale);
        Assert.True((change.narrow(1, start, rank) - slice).abs().max().item<float>() < 1e-5);
        Assert.Equal(slice.pow(2).sum().item<float>(), change.pow(2).sum().item<float>(), 1e-3f);
    }
}
