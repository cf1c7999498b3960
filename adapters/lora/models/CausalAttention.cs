using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Causal self-attention with rotary positions and grouped key/value heads.</summary>
internal sealed class CausalAttention : nn.Module<Tensor, (Tensor Cos, Tensor Sin), Tensor>
{
    private readonly AdaptableLinear _query;
    private readonly AdaptableLinear _key;
    private readonly AdaptableLinear _value;
    private readonly AdaptableLinear _output;
    private readonly int _heads;
    private readonly int _keyValueHeads;
    private readonly int _headDim;

    public CausalAttention(LlamaConfig config, string path)
        : base(nameof(CausalAttention))
    {
        _heads = config.NumAttentionHeads;
        _keyValueHeads = config.NumKeyValueHeads;
        _headDim = config.HeadDim;
        var (width, queries, keys) = (config.HiddenSize, _heads * _headDim, _keyValueHeads * _headDim);
        register_module("q_proj", _query = new AdaptableLinear($"{path}.q_proj", width, queries));
        register_module("k_proj", _key = new AdaptableLinear($"{path}.k_proj", width, keys));
        register_module("v_proj", _value = new AdaptableLinear($"{path}.v_proj", width, keys));
        register_module("o_proj", _output = new AdaptableLinear($"{path}.o_proj", queries, width));
    }

    public IEnumerable<AdaptableLinear> Linears => [_query, _key, _value, _output];

    /// <summary>Maps [B, T, width] to [B, T, width].</summary>
    public override Tensor forward(Tensor input, (Tensor Cos, Tensor Sin) positions)
    {
        var (batch, length) = (input.shape[0], input.shape[1]);
        var query = RotaryEmbedding.Apply(Heads(_query.call(input), _heads), positions);
        var key = RotaryEmbedding.Apply(Heads(_key.call(input), _keyValueHeads), positions);
        var value = Heads(_value.call(input), _keyValueHeads);
        var mixed = nn.functional.scaled_dot_product_attention(
            query,
            PerQueryHead(key),
            PerQueryHead(value),
            is_casual: true
        );
        return _output.call(mixed.transpose(1, 2).reshape(batch, length, _heads * _headDim));
    }

    // [B, T, heads * headDim] → [B, heads, T, headDim]
    private Tensor Heads(Tensor x, int heads) => x.view(x.shape[0], x.shape[1], heads, _headDim).transpose(1, 2);

    // Each key/value head serves a group of consecutive query heads.
    private Tensor PerQueryHead(Tensor x)
    {
        if (_keyValueHeads == _heads)
        {
            return x;
        }

        var (batch, length, group) = (x.shape[0], x.shape[2], _heads / _keyValueHeads);
        return x.unsqueeze(2)
            .expand(batch, _keyValueHeads, group, length, _headDim)
            .reshape(batch, _heads, length, _headDim);
    }
}
