using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>One layer: attention and feed-forward, each normalised before and added to the residual stream.</summary>
internal sealed class Gpt2Layer : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm _beforeAttention;
    private readonly Gpt2Attention _attention;
    private readonly LayerNorm _beforeMlp;
    private readonly Gpt2Mlp _mlp;

    public Gpt2Layer(Gpt2Config config, int layer)
        : base(nameof(Gpt2Layer))
    {
        register_module("ln_1", _beforeAttention = new LayerNorm(config.HiddenSize, config.LayerNormEpsilon));
        register_module("attn", _attention = new Gpt2Attention(config, layer));
        register_module("ln_2", _beforeMlp = new LayerNorm(config.HiddenSize, config.LayerNormEpsilon));
        register_module("mlp", _mlp = new Gpt2Mlp(config, layer));
    }

    public IEnumerable<AdaptableLinear> Linears => [.. _attention.Linears, .. _mlp.Linears];

    public override Tensor forward(Tensor input)
    {
        // What backward does not need is given back here, and not when all layers are done.
        using var scope = NewDisposeScope();
        var attended = input.Plus(_attention.call(_beforeAttention.call(input)));
        return attended.Plus(_mlp.call(_beforeMlp.call(attended))).MoveToOuterDisposeScope();
    }
}
