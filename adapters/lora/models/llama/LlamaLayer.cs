using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>One decoder layer: attention and feed-forward, each normalised before and added to the residual stream.</summary>
internal sealed class LlamaLayer : nn.Module<Tensor, PositionTables, Tensor>
{
    private readonly RmsNorm _beforeAttention;
    private readonly CausalAttention _attention;
    private readonly RmsNorm _beforeMlp;
    private readonly GatedMlp _mlp;

    public LlamaLayer(LlamaConfig config, int layer)
        : base(nameof(LlamaLayer))
    {
        register_module("input_layernorm", _beforeAttention = new RmsNorm(config.HiddenSize, config.RmsNormEps));
        register_module("self_attn", _attention = new CausalAttention(config, layer));
        register_module("post_attention_layernorm", _beforeMlp = new RmsNorm(config.HiddenSize, config.RmsNormEps));
        register_module("mlp", _mlp = new GatedMlp(config, layer));
    }

    public IEnumerable<AdaptableLinear> Linears => [.. _attention.Linears, .. _mlp.Linears];

    public override Tensor forward(Tensor input, PositionTables positions)
    {
        // What backward does not need is given back here, and not when all layers are done.
        using var scope = NewDisposeScope();
        var attended = input.Plus(_attention.call(_beforeAttention.call(input), positions));
        return attended.Plus(_mlp.call(_beforeMlp.call(attended))).MoveToOuterDisposeScope();
    }
}
