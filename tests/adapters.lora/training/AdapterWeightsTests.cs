using Federated.Adapters.Models;
using Federated.Adapters.Quantization;

namespace Federated.Adapters.Tests;

public sealed class AdapterWeightsTests
{
    [Theory]
    [InlineData(TrainedFactors.B)]
    [InlineData(TrainedFactors.AB)]
    [InlineData(TrainedFactors.Core)]
    [InlineData(TrainedFactors.Slices)]
    public void What_is_merged_and_subtracted_leaves_the_weights_up_to_rounding(TrainedFactors factors)
    {
        using var model = Some.Model();
        var layout = AdapterLayout.For(
            model.Config,
            Some.Options("q_proj", "down_proj") with
            {
                Factors = factors,
                RankPattern = new Dictionary<string, int> { ["layers.1"] = 2 },
            }
        );
        var values = Some.Values(layout, size: 1);
        var before = Weights(model);
        AdapterWeights.Merge(model, layout, values);
        var merged = Weights(model);
        AdapterWeights.Subtract(model, layout, values);
        var after = Weights(model);
        var largest = 0f;
        for (var i = 0; i < before.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(merged[i] - before[i]));
            var ulp = MathF.BitIncrement(MathF.Max(MathF.Abs(before[i]), MathF.Abs(merged[i])));
            ulp -= MathF.Max(MathF.Abs(before[i]), MathF.Abs(merged[i]));
            Assert.InRange(MathF.Abs(after[i] - before[i]), 0, ulp);
        }

        Assert.True(largest > 0.1);
    }

    [Theory]
    [InlineData(BasePrecision.BFloat16)]
    [InlineData(BasePrecision.EightBit)]
    [InlineData(BasePrecision.Nf4)]
    public void A_layer_in_fewer_bits_is_refused_and_no_layer_is_changed(BasePrecision precision)
    {
        using var model = Some.Model();
        var layout = AdapterLayout.For(model.Config, Some.Options("q_proj"));
        model.AdaptableLinears.Last(linear => linear.Path.EndsWith("q_proj", StringComparison.Ordinal)).Keep(precision);
        var first = model.AdaptableLinears[0].Weight.data<float>().ToArray();
        var error = Assert.Throws<InvalidAdapterOptionsException>(() =>
            AdapterWeights.Merge(model, layout, Some.Values(layout))
        );
        Assert.Contains($"kept in {precision}", error.Message, StringComparison.Ordinal);
        Assert.Equal(first, model.AdaptableLinears[0].Weight.data<float>().ToArray());
    }

    [Fact]
    public void Values_that_do_not_fit_change_nothing()
    {
        using var model = Some.Model();
        var layout = AdapterLayout.For(model.Config, Some.Options());
        var before = Weights(model);
        var broken = Some.Values(layout);
        broken[0] = float.NaN;
        Assert.Throws<ArgumentException>(() => AdapterWeights.Merge(model, layout, broken));
        Assert.Throws<ArgumentException>(() => AdapterWeights.Merge(model, layout, [1]));
        Assert.Equal(before, Weights(model));
    }

    private static float[] Weights(LlamaModel model) =>
        [
            .. model
                .AdaptableLinears.Where(linear =>
                    linear.Path.EndsWith("q_proj", StringComparison.Ordinal)
                    || linear.Path.EndsWith("down_proj", StringComparison.Ordinal)
                )
                .SelectMany(linear => linear.Weight.data<float>().ToArray()),
        ];
}
