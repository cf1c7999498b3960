using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Self-attention in which every token sees every real token of its text. Checkpoints call it "attention.self".</summary>
internal sealed class BertAttention : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly AdaptableLinear _query;
    private readonly AdaptableLinear _key;
    private readonly AdaptableLinear _value;
    private readonly int _heads;

    public BertAttention(BertConfig config, string path)
        : base(nameof(BertAttention))
    {
        _heads = config.Heads;
        var width = config.HiddenSize;
        register_module("query", _query = new AdaptableLinear($"{path}.query", width, width, bias: true));
        register_module("key", _key = new AdaptableLinear($"{path}.key", width, width, bias: true));
        register_module("value", _value = new AdaptableLinear($"{path}.value", width, width, bias: true));
    }

    public IEnumerable<AdaptableLinear> Linears => [_query, _key, _value];

    /// <summary>Maps [B, T, width] to [B, T, width]; seen is [B, 1, 1, T], true where a token is real.</summary>
    public override Tensor forward(Tensor input, Tensor seen)
    {
        var length = input.shape[1];
        var mixed = nn.functional.scaled_dot_product_attention(
            Heads(_query.call(input)),
            Heads(_key.call(input)),
            Heads(_value.call(input)),
            seen.expand(-1, 1, length, length)
        );
        return mixed.transpose(1, 2).reshape(input.shape);
    }

    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
}
