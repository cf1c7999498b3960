using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Quantization;

public sealed class BasePrecisionTests
{
    private const string Text = "Gets or sets the name of the resource.";

    [Theory]
    [InlineData(BasePrecision.BFloat16, 0.02)]
    [InlineData(BasePrecision.EightBit, 0.02)]
    [InlineData(BasePrecision.Nf4, 0.15)]
    public void A_model_in_fewer_bits_predicts_nearly_the_same(BasePrecision precision, double most)
    {
        var full = Loss(BasePrecision.Full);
        Assert.InRange(Math.Abs(Loss(precision) - full) / full, 1e-7, most);
    }

    [Theory]
    [InlineData(BasePrecision.BFloat16)]
    [InlineData(BasePrecision.EightBit)]
    [InlineData(BasePrecision.Nf4)]
    public void Per_example_gradients_on_a_packed_base_are_those_of_the_naive_loop(BasePrecision precision)
    {
        using var scope = NewDisposeScope();
        using var loaded = BaseModel.Load(RepositoryFolder.BaseDocs, precision);
        var layout = AdapterLayout.For(
            ModelShapes.Of(RepositoryFolder.BaseDocs).Linears,
            Some.Options() with
            {
                Targets = ["q_proj", "down_proj"],
            }
        );
        using var adapter = new LoraAdapter(loaded.Model, layout);
        adapter.SetValues(Some.Values(layout));
        int[][] records =
        [
            [.. Ids(loaded, Text)],
            [.. Ids(loaded, "Creates a client.")],
        ];
        using var together = TokenBatch.Of(records);

        var rows = PerExampleGradients.Compute(adapter, together);

        for (var i = 0; i < records.Length; i++)
        {
            using var alone = TokenBatch.Of([records[i]]);
            var expected = SummedGradient.Compute(adapter, alone);
            Assert.InRange(((rows[i] - expected).norm() / expected.norm()).item<float>(), 0, 2e-2);
        }
    }

    [Fact]
    public void The_digest_tells_packed_models_apart_and_is_the_same_each_time()
    {
        Assert.Null(Digest(BasePrecision.Full));
        Assert.Equal(Digest(BasePrecision.Nf4), Digest(BasePrecision.Nf4));
        Assert.NotEqual(Digest(BasePrecision.Nf4), Digest(BasePrecision.EightBit));

        static string? Digest(BasePrecision precision)
        {
            using var loaded = BaseModel.Load(RepositoryFolder.BaseDocs, precision);
            return PackedDigest.Of(loaded.Model);
        }
    }

    [Fact]
    public void The_weight_of_a_packed_layer_cannot_be_changed()
    {
        using var loaded = BaseModel.Load(RepositoryFolder.BaseDocs, BasePrecision.Nf4);
        var error = Assert.Throws<InvalidOperationException>(() => loaded.Model.AdaptableLinears[0].Weight);
        Assert.Contains(loaded.Model.AdaptableLinears[0].Path, error.Message, StringComparison.Ordinal);
    }

    private static double Loss(BasePrecision precision)
    {
        using var loaded = BaseModel.Load(RepositoryFolder.BaseDocs, precision);
        using var batch = TokenBatch.Of([
            [.. Ids(loaded, Text)],
        ]);
        var (nats, predictions) = loaded.Model.TotalLoss(batch);
        return nats / predictions;
    }

    private static IReadOnlyList<int> Ids(BaseModel model, string text) =>
        model.Tokenizer.Encode(text, addBos: true, addEos: true);
}
