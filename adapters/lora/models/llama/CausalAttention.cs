using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Causal self-attention with rotary positions and grouped key/value heads.</summary>
internal sealed class CausalAttention : nn.Module<Tensor, PositionTables, Tensor>
{
    private readonly AdaptableLinear _query;
    private readonly AdaptableLinear _key;
    private readonly AdaptableLinear _value;
    private readonly AdaptableLinear _output;
    private readonly RmsNorm? _queryNorm;
    private readonly RmsNorm? _keyNorm;
    private readonly int _heads;
    private readonly int _keyValueHeads;
    private readonly int _headDim;
    private readonly bool _windowed;

    public CausalAttention(LlamaConfig config, int layer)
        : base(nameof(CausalAttention))
    {
        _heads = config.NumAttentionHeads;
        _keyValueHeads = config.NumKeyValueHeads;
        _headDim = config.HeadDim;
        _windowed = config.SlidingWindow is not null && layer >= config.FirstWindowLayer;
        var path = $"model.layers.{layer}.self_attn";
        var (width, queries, keys) = (config.HiddenSize, _heads * _headDim, _keyValueHeads * _headDim);
        var bias = config.QueryKeyValueBias;
        register_module("q_proj", _query = new AdaptableLinear($"{path}.q_proj", width, queries, bias));
        register_module("k_proj", _key = new AdaptableLinear($"{path}.k_proj", width, keys, bias));
        register_module("v_proj", _value = new AdaptableLinear($"{path}.v_proj", width, keys, bias));
        register_module("o_proj", _output = new AdaptableLinear($"{path}.o_proj", queries, width, config.OutputBias));
        if (config.QueryKeyNorm)
        {
            register_module("q_norm", _queryNorm = new RmsNorm(_headDim, config.RmsNormEps));
            register_module("k_norm", _keyNorm = new RmsNorm(_headDim, config.RmsNormEps));
        }
    }

    public IEnumerable<AdaptableLinear> Linears => [_query, _key, _value, _output];

    /// <summary>Maps [B, T, width] to [B, T, width].</summary>
    public override Tensor forward(Tensor input, PositionTables positions)
    {
        var (batch, length) = (input.shape[0], input.shape[1]);
        var query = RotaryEmbedding.Apply(Heads(_query.call(input), _heads, _queryNorm), positions);
        var key = RotaryEmbedding.Apply(Heads(_key.call(input), _keyValueHeads, _keyNorm), positions);
        var value = Heads(_value.call(input), _keyValueHeads, norm: null);
        var window = _windowed ? positions.Window : null;
        var mixed = nn.functional.scaled_dot_product_attention(
            query,
            PerQueryHead(key),
            PerQueryHead(value),
            window,
            is_casual: window is null
        );
        return _output.call(mixed.transpose(1, 2).reshape(batch, length, _heads * _headDim));
    }

    // [B, T, heads * headDim] → [B, heads, T, headDim]
    private Tensor Heads(Tensor x, int heads, RmsNorm? norm)
    {
        var each = x.view(x.shape[0], x.shape[1], heads, _headDim);
        return (norm?.call(each) ?? each).transpose(1, 2);
    }

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
