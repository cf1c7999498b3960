using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests;

public sealed class LoraAdapterTests
{
    [Fact]
    public void A_new_adapter_changes_nothing_and_a_disposed_one_is_gone()
    {
        using var model = Some.Model();
        var plain = Logits(model);
        var adapter = new LoraAdapter(model, AdapterLayout.For(model.Config, Some.Options()));
        Assert.Equal(plain, Logits(model));
        adapter.SetValues(Some.Values(adapter.Layout));
        Assert.NotEqual(plain, Logits(model));
        adapter.Enabled = false;
        Assert.Equal(plain, Logits(model));
        adapter.Enabled = true;
        Assert.NotEqual(plain, Logits(model));
        adapter.Dispose();
        Assert.Equal(plain, Logits(model));
    }

    [Fact]
    public void It_adds_scale_times_B_A_to_the_weights()
    {
        using var model = Some.Model();
        var layout = AdapterLayout.For(model.Config, Some.Options("q_proj", "down_proj"));
        var values = Some.Values(layout);
        double[] adapted;
        using (var adapter = new LoraAdapter(model, layout))
        {
            adapter.SetValues(values);
            adapted = Logits(model);
        }

        // The same by hand: W + scale · B A, in plain loops.
        using (no_grad())
        {
            foreach (var tensor in layout.Tensors)
            {
                var a = FrozenFactor.Create(layout.Options.Seed, tensor.Path, tensor.Rank, tensor.InFeatures);
                var delta = new float[tensor.OutFeatures * tensor.InFeatures];
                for (var i = 0; i < delta.Length; i++)
                {
                    var (row, column) = (i / tensor.InFeatures, i % tensor.InFeatures);
                    var sum = 0.0;
                    for (var k = 0; k < tensor.Rank; k++)
                    {
                        sum +=
                            (double)values[tensor.Offset + (row * tensor.Rank) + k]
                            * a[(k * tensor.InFeatures) + column];
                    }

                    delta[i] = (float)(tensor.Scale * sum);
                }

                var linear = model.AdaptableLinears.Single(candidate => candidate.Path == tensor.Path);
                linear.Weight.add_(TorchSharp.torch.tensor(delta, [tensor.OutFeatures, tensor.InFeatures]));
            }
        }

        var merged = Logits(model);
        Assert.True(adapted.Zip(merged, (x, y) => Math.Abs(x - y)).Max() < 1e-4);
        Assert.True(merged.Max(Math.Abs) > 0.1);
    }

    [Fact]
    public void Values_come_back_as_they_went_in()
    {
        using var model = Some.Model();
        using var adapter = new LoraAdapter(model, AdapterLayout.For(model.Config, Some.Options()));
        var values = Some.Values(adapter.Layout);
        adapter.SetValues(values);
        Assert.Equal(values, adapter.GetValues());
    }

    [Fact]
    public void Values_that_do_not_fit_change_nothing()
    {
        using var model = Some.Model();
        using var adapter = new LoraAdapter(model, AdapterLayout.For(model.Config, Some.Options()));
        var values = Some.Values(adapter.Layout);
        adapter.SetValues(values);
        Assert.Throws<ArgumentException>(() => adapter.SetValues(new float[3]));
        var broken = Some.Values(adapter.Layout, seed: 2);
        broken[^1] = float.NaN;
        Assert.Throws<ArgumentException>(() => adapter.SetValues(broken));
        Assert.Equal(values, adapter.GetValues());
    }

    [Fact]
    public void A_layout_of_another_model_is_refused_by_layer()
    {
        using var model = Some.Model();
        LinearShape[][] wrong =
        [
            [new("model.layers.7.self_attn.q_proj", 32, 32)],
            [new("model.layers.0.self_attn.q_proj", 32, 16)],
        ];
        foreach (var linears in wrong)
        {
            var layout = AdapterLayout.For(linears, Some.Options("q_proj"));
            var error = Assert.Throws<InvalidAdapterOptionsException>(() => new LoraAdapter(model, layout));
            Assert.Contains(linears[0].Path, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Products_of_several_adapters_add_up_and_each_leaves_by_itself()
    {
        using var model = Some.Model();
        var plain = Logits(model);
        var (one, other) = (
            AdapterLayout.For(model.Config, Some.Options("q_proj", "v_proj")),
            AdapterLayout.For(model.Config, Some.Options("v_proj") with { Seed = 4, Factors = TrainedFactors.AB })
        );
        var first = new LoraAdapter(model, one);
        first.SetValues(Some.Values(one));
        var withFirst = Logits(model);
        using var second = new LoraAdapter(model, other);
        second.SetValues(Some.Values(other, 7));
        var withBoth = Logits(model);
        Assert.NotEqual(withFirst, withBoth);
        first.Enabled = false;
        var withSecond = Logits(model);
        first.Dispose();
        Assert.Equal(withSecond, Logits(model));

        // The same in the weights.
        second.Enabled = false;
        AdapterWeights.Merge(model, one, Some.Values(one));
        AdapterWeights.Merge(model, other, Some.Values(other, 7));
        Assert.True(Logits(model).Zip(withBoth, (x, y) => Math.Abs(x - y)).Max() < 1e-4);
        Assert.NotEqual(plain, withSecond);
    }

    [Fact]
    public void Only_the_bound_adapter_of_several_is_differentiated()
    {
        using var trained = new Trained("q_proj", "v_proj");
        using var scope = NewDisposeScope();
        using var batch = TokenBatch.Of(Some.Records(7, 9));
        var alone = PerExampleGradients.Compute(trained.Adapter, batch);
        var layout = AdapterLayout.For(trained.Model.Config, Some.Options("q_proj") with { Seed = 4 });
        using var under = new LoraAdapter(trained.Model, layout);
        Assert.True(alone.allclose(PerExampleGradients.Compute(trained.Adapter, batch), 0, 0));
        under.SetValues(Some.Values(layout, 7));
        var both = PerExampleGradients.Compute(trained.Adapter, batch);
        Assert.Equal(alone.shape, both.shape);
        Assert.False(alone.allclose(both));
    }

    private static double[] Logits(LlamaModel model)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var batch = TokenBatch.Of(Some.Records(12, 12));
        return model.call(batch.Ids).to(float64).data<double>().ToArray();
    }
}
