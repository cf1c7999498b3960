using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters.Tests.Models;

/// <summary>Random models of each variant against an implementation in plain arrays.</summary>
public sealed class LlamaFamilyTests
{
    private static readonly int[] Ids = [3, 9, 0, 12, 12, 5, 1, 7, 10];

    [Theory]
    [InlineData("llama", "{}")]
    [InlineData("llama", """{"tie_word_embeddings":true,"num_key_value_heads":4}""")]
    [InlineData("llama", """{"attention_bias":true,"mlp_bias":true,"rope_theta":500000.0}""")]
    [InlineData("llama", """{"rope_scaling":{"rope_type":"linear","factor":2.5}}""")]
    [InlineData("llama", """{"rope_scaling":{"rope_type":"dynamic","factor":4.0}}""")]
    [InlineData(
        "llama",
        """{"rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":16}}"""
    )]
    [InlineData(
        "qwen2",
        """{"max_position_embeddings":64,"rope_scaling":{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":16}}"""
    )]
    [InlineData("mistral", """{"sliding_window":null}""")]
    [InlineData("mistral", """{"sliding_window":3,"head_dim":6}""")]
    [InlineData("qwen2", "{}")]
    [InlineData("qwen2", """{"use_sliding_window":true,"sliding_window":2,"max_window_layers":1}""")]
    [InlineData("qwen3", """{"head_dim":6,"tie_word_embeddings":true}""")]
    [InlineData("qwen3", """{"head_dim":4,"attention_bias":true}""")]
    public void Logits_match_plain_arrays(string modelType, string changes)
    {
        using var checkpoint = RandomLlama.Make(modelType, changes);
        checkpoint.Write();
        var expected = new PlainLlama(checkpoint).Logits(Ids);
        using var model = Load(checkpoint);

        FamilyAssert.IsAs(expected, model, Ids, checkpoint.Folder);
    }

    [Theory]
    [InlineData("lm_head.weight")]
    [InlineData("model.embed_tokens.weight")]
    public void Tied_embeddings_are_read_under_either_name(string name)
    {
        using var checkpoint = RandomLlama.Make("llama", """{"tie_word_embeddings":true}""");
        var expected = new PlainLlama(checkpoint).Logits(Ids);
        checkpoint.Write(stored => stored == "model.embed_tokens.weight" ? name : stored);
        using var model = Load(checkpoint);
        using var scope = NewDisposeScope();

        var actual = model.call(tensor(Ids.Select(id => (long)id).ToArray()).unsqueeze(0)).to(float64);

        Assert.Equal(expected[^1][4], actual[0, Ids.Length - 1, 4].item<double>(), 1e-4);
    }

    [Fact]
    public void A_bias_that_the_configuration_does_not_ask_for_is_an_extra_tensor()
    {
        using var checkpoint = RandomLlama.Make("llama", """{"attention_bias":true}""");
        checkpoint.Config["attention_bias"] = false;
        checkpoint.Write();

        var error = Assert.Throws<InvalidCheckpointException>(() => Load(checkpoint));

        Assert.Contains("_proj.bias' has no place in this model", error.Message, StringComparison.Ordinal);
    }

    private static AdaptableModel Load(RandomCheckpoint checkpoint) =>
        ModelWeights.Load(checkpoint.Folder, ModelConfig.Read(checkpoint.Folder));
}
