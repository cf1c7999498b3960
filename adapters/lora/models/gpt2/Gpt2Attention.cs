using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>GPT-2's causal self-attention: one product gives queries, keys and values.</summary>
internal sealed class Gpt2Attention : nn.Module<Tensor, Tensor>
{
    private readonly AdaptableLinear _all;
    private readonly AdaptableLinear _output;
    private readonly int _heads;
    private readonly double _queryScale;

    public Gpt2Attention(Gpt2Config config, int layer)
        : base(nameof(Gpt2Attention))
    {
        _heads = config.Heads;
        // libtorch divides by √(head width); what the configuration says otherwise goes into the queries.
        var headWidth = config.HiddenSize / config.Heads;
        _queryScale =
            (config.ScaleAttention ? 1 : Math.Sqrt(headWidth)) / (config.ScaleAttentionByLayer ? layer + 1 : 1);
        var (path, width) = ($"transformer.h.{layer}.attn", config.HiddenSize);
        register_module(
            "c_attn",
            _all = new AdaptableLinear($"{path}.c_attn", width, 3 * width, bias: true, fanInFanOut: true)
        );
        register_module(
            "c_proj",
            _output = new AdaptableLinear($"{path}.c_proj", width, width, bias: true, fanInFanOut: true)
        );
    }

    public IEnumerable<AdaptableLinear> Linears => [_all, _output];

    /// <summary>Maps [B, T, width] to [B, T, width].</summary>
    public override Tensor forward(Tensor input)
    {
        var parts = _all.call(input).chunk(3, -1);
        var query = Heads(_queryScale == 1 ? parts[0] : parts[0].Times(_queryScale));
        var mixed = nn.functional.scaled_dot_product_attention(
            query,
            Heads(parts[1]),
            Heads(parts[2]),
            is_casual: true
        );
        return _output.call(mixed.transpose(1, 2).reshape(input.shape));
    }

    // [B, T, width] → [B, heads, T, headDim]
    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
}
