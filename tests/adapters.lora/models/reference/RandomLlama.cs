using System.Text.Json.Nodes;

namespace Federated.Adapters.Tests.Models;

/// <summary>Random models of the LLaMA family.</summary>
internal static class RandomLlama
{
    public static RandomCheckpoint Make(string modelType, string changes)
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
