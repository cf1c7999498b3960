using System.Text.Json.Nodes;

namespace Federated.Adapters.Tests.Models;

/// <summary>Random GPT-2s.</summary>
internal static class RandomGpt2
{
    public static RandomCheckpoint Make(string changes)
    {
        var config = JsonNode
            .Parse("""{"model_type":"gpt2","n_embd":16,"n_layer":2,"n_head":4,"n_positions":16,"vocab_size":13}""")!
            .AsObject();
        foreach (var (field, value) in JsonNode.Parse(changes)!.AsObject())
        {
            config[field] = value?.DeepClone();
        }

        var inner = config["n_inner"]?.GetValue<int>() ?? 64;
        var checkpoint = new RandomCheckpoint(config.ToJsonString())
            .Add("transformer.wte.weight", 0, 1, 13, 16)
            .Add("transformer.wpe.weight", 0, 1, 16, 16);
        Norm(checkpoint, "transformer.ln_f");
        if (config["tie_word_embeddings"]?.GetValue<bool>() == false)
        {
            checkpoint.Linear("lm_head", 13, 16, bias: false);
        }

        for (var layer = 0; layer < 2; layer++)
        {
            var path = $"transformer.h.{layer}";
            Norm(checkpoint, $"{path}.ln_1");
            Norm(checkpoint, $"{path}.ln_2");
            Conv(checkpoint, $"{path}.attn.c_attn", 16, 48);
            Conv(checkpoint, $"{path}.attn.c_proj", 16, 16);
            Conv(checkpoint, $"{path}.mlp.c_fc", 16, inner);
            Conv(checkpoint, $"{path}.mlp.c_proj", inner, 16);
        }

        return checkpoint;
    }

    private static void Norm(RandomCheckpoint checkpoint, string name) =>
        checkpoint.Add($"{name}.weight", 1, 0.3, 16).Add($"{name}.bias", 0, 0.3, 16);

    private static void Conv(RandomCheckpoint checkpoint, string name, int inFeatures, int outFeatures) =>
        checkpoint
            .Add($"{name}.weight", 0, 1.5 / Math.Sqrt(inFeatures), inFeatures, outFeatures)
            .Add($"{name}.bias", 0, 0.3, outFeatures);
}
