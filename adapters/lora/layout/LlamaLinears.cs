using Federated.Adapters.Models;

namespace Federated.Adapters;

/// <summary>The linear layers of a LLaMA by its configuration alone, in the order of <see cref="CausalLanguageModel.AdaptableLinears"/>.</summary>
public static class LlamaLinears
{
    /// <summary>Lists the layers.</summary>
    /// <param name="config">The model's shape.</param>
    /// <returns>Paths and shapes.</returns>
    public static IReadOnlyList<LinearShape> Of(LlamaConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var width = config.HiddenSize;
        var queries = config.NumAttentionHeads * config.HeadDim;
        var keys = config.NumKeyValueHeads * config.HeadDim;
        var linears = new List<LinearShape>();
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            var path = $"model.layers.{layer}";
            linears.Add(new($"{path}.self_attn.q_proj", width, queries));
            linears.Add(new($"{path}.self_attn.k_proj", width, keys));
            linears.Add(new($"{path}.self_attn.v_proj", width, keys));
            linears.Add(new($"{path}.self_attn.o_proj", queries, width));
            linears.Add(new($"{path}.mlp.gate_proj", width, config.IntermediateSize));
            linears.Add(new($"{path}.mlp.up_proj", width, config.IntermediateSize));
            linears.Add(new($"{path}.mlp.down_proj", config.IntermediateSize, width));
        }

        return linears;
    }
}
