using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

/// <summary>Random GPT-2s of each variant against an implementation in plain arrays.</summary>
public sealed class Gpt2Tests
{
    private static readonly int[] Ids = [3, 9, 0, 12, 12, 5, 1, 7, 10];

    [Theory]
    [InlineData("{}", true)]
    [InlineData("{}", false)]
    [InlineData("""{"n_inner":24,"tie_word_embeddings":false}""", true)]
    [InlineData("""{"scale_attn_weights":false}""", true)]
    [InlineData("""{"scale_attn_by_inverse_layer_idx":true}""", true)]
    public void Logits_match_plain_arrays(string changes, bool prefixed)
    {
        using var checkpoint = RandomGpt2.Make(changes);
        checkpoint.Write(name => prefixed ? name : name.Replace("transformer.", "", StringComparison.Ordinal));
        var expected = new PlainGpt2(checkpoint).Logits(Ids);
        using var model = Load(checkpoint);

        FamilyAssert.IsAs(expected, model, Ids, checkpoint.Folder);
    }

    [Fact]
    public void The_causal_masks_of_older_exporters_are_passed_over()
    {
        using var checkpoint = RandomGpt2.Make("{}");
        var expected = new PlainGpt2(checkpoint).Logits(Ids);
        checkpoint.Add("h.0.attn.bias", 0, 1, 1, 1, 16, 16).Add("h.0.attn.masked_bias", 0, 1).Write();
        using var model = Load(checkpoint);
        using var scope = NewDisposeScope();

        var actual = model.call(tensor(Ids.Select(id => (long)id).ToArray()).unsqueeze(0)).to(float64);

        Assert.Equal(expected[^1][4], actual[0, Ids.Length - 1, 4].item<double>(), 1e-4);
    }

    [Fact]
    public void Per_example_gradients_equal_those_of_each_record_alone()
    {
        using var checkpoint = RandomGpt2.Make("{}").Write();
        using var model = Load(checkpoint);
        var layout = AdapterLayout.For(
            ModelConfig.Read(checkpoint.Folder),
            new(3, 6, LoraScaling.RsLora, ["c_attn", "attn.c_proj", "c_fc"], 0)
        );
        using var adapter = new LoraAdapter(model, layout);
        adapter.SetValues(Some.Values(layout));
        IReadOnlyList<int>[] records = [Ids, Ids[2..5], Ids[..2]];
        using var scope = NewDisposeScope();
        using var batch = TokenBatch.Of(records);

        var together = PerExampleGradients.Compute(adapter, batch);
        model.CheckpointActivations = true;
        var twice = PerExampleGradients.Compute(adapter, batch);
        model.CheckpointActivations = false;

        Assert.Equal(together.data<float>().ToArray(), twice.data<float>().ToArray());

        for (var i = 0; i < records.Length; i++)
        {
            using var alone = TokenBatch.Of([records[i]]);
            var gradient = SummedGradient.Compute(adapter, alone);
            Assert.True(gradient.abs().max().item<float>() > 1e-3f);
            var difference = (together[i] - gradient).abs().max().item<float>();
            Assert.InRange(difference, 0, 1e-4f * gradient.abs().max().item<float>());
        }
    }

    [Theory]
    [InlineData(BasePrecision.BFloat16, 0.1)]
    [InlineData(BasePrecision.EightBit, 0.1)]
    [InlineData(BasePrecision.Nf4, 0.5)]
    public void A_model_in_fewer_bits_gives_nearly_the_same_logits(BasePrecision precision, double error)
    {
        using var checkpoint = RandomGpt2.Make("{}").Write();
        using var full = Load(checkpoint);
        using var fewer = ModelWeights.Load(checkpoint.Folder, ModelConfig.Read(checkpoint.Folder), precision);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var ids = tensor(Ids.Select(id => (long)id).ToArray()).unsqueeze(0);

        var expected = full.call(ids);

        Assert.InRange(((fewer.call(ids) - expected).norm() / expected.norm()).item<float>(), 1e-6, error);
    }

    private static AdaptableModel Load(RandomCheckpoint checkpoint) =>
        ModelWeights.Load(checkpoint.Folder, ModelConfig.Read(checkpoint.Folder));
}
