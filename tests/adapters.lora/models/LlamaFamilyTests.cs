using System.Text.Json.Nodes;
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
        using var checkpoint = Random(modelType, changes);
        checkpoint.Write();
        var expected = new PlainLlama(checkpoint).Logits(Ids);
        using var model = Load(checkpoint);
        using var scope = NewDisposeScope();

        var actual = model.call(tensor(Ids.Select(id => (long)id).ToArray()).unsqueeze(0)).to(float64);

        Assert.True(expected.SelectMany(row => row).Max(Math.Abs) > 1, "the logits are too small to say anything");
        Assert.All(
            expected.SelectMany(row => row).Zip(actual.data<double>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4)
        );
        Assert.Equal(
            model.AdaptableLinears.Select(linear => new LinearShape(
                linear.Path,
                (int)linear.InFeatures,
                (int)linear.OutFeatures
            )),
            ModelShapes.Of(checkpoint.Folder).Linears
        );
    }

    [Theory]
    [InlineData("lm_head.weight")]
    [InlineData("model.embed_tokens.weight")]
    public void Tied_embeddings_are_read_under_either_name(string name)
    {
        using var checkpoint = Random("llama", """{"tie_word_embeddings":true}""");
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
        using var checkpoint = Random("llama", """{"attention_bias":true}""");
        checkpoint.Config["attention_bias"] = false;
        checkpoint.Write();

        var error = Assert.Throws<InvalidCheckpointException>(() => Load(checkpoint));

        Assert.Contains("_proj.bias' has no place in this model", error.Message, StringComparison.Ordinal);
    }

    private static AdaptableModel Load(RandomCheckpoint checkpoint) =>
        ModelWeights.Load(checkpoint.Folder, ModelConfig.Read(checkpoint.Folder));

    private static RandomCheckpoint Random(string modelType, string changes)
    {
        var config = JsonNode
            .Parse(
                """
                {
                  "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4,
                  "num_key_value_heads": 2, "vocab_size": 13, "max_position_embeddings": 16, "rms_norm_eps": 1e-5,
                  "hidden_act": "silu", "tie_word_embeddings": false
                }
                """
            )!
            .AsObject();
        config["model_type"] = modelType;
        foreach (var (field, value) in JsonNode.Parse(changes)!.AsObject())
        {
            config[field] = value?.DeepClone();
        }

        var checkpoint = new RandomCheckpoint(config.ToJsonString());
        var bias = config["attention_bias"]?.GetValue<bool>() ?? false;
        var mlpBias = config["mlp_bias"]?.GetValue<bool>() ?? false;
        var headDim = config["head_dim"]?.GetValue<int>() ?? 4;
        var keyHeads = config["num_key_value_heads"]!.GetValue<int>();
        checkpoint.Add("model.embed_tokens.weight", 0, 1, 13, 16).Add("model.norm.weight", 1, 0.3, 16);
        if (config["tie_word_embeddings"]?.GetValue<bool>() != true)
        {
            checkpoint.Linear("lm_head", 13, 16, bias: false);
        }

        for (var layer = 0; layer < 2; layer++)
        {
            var path = $"model.layers.{layer}";
            checkpoint
                .Add($"{path}.input_layernorm.weight", 1, 0.3, 16)
                .Add($"{path}.post_attention_layernorm.weight", 1, 0.3, 16)
                .Linear($"{path}.self_attn.q_proj", 4 * headDim, 16, bias || modelType == "qwen2")
                .Linear($"{path}.self_attn.k_proj", keyHeads * headDim, 16, bias || modelType == "qwen2")
                .Linear($"{path}.self_attn.v_proj", keyHeads * headDim, 16, bias || modelType == "qwen2")
                .Linear($"{path}.self_attn.o_proj", 16, 4 * headDim, bias)
                .Linear($"{path}.mlp.gate_proj", 20, 16, mlpBias)
                .Linear($"{path}.mlp.up_proj", 20, 16, mlpBias)
                .Linear($"{path}.mlp.down_proj", 16, 20, mlpBias);
            if (modelType == "qwen3")
            {
                checkpoint
                    .Add($"{path}.self_attn.q_norm.weight", 1, 0.3, headDim)
                    .Add($"{path}.self_attn.k_norm.weight", 1, 0.3, headDim);
            }
        }

        return checkpoint;
    }
}
