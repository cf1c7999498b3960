using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>The SwiGLU feed-forward block (https://arxiv.org/abs/2002.05202): down(silu(gate(x)) · up(x)).</summary>
internal sealed class GatedMlp : nn.Module<Tensor, Tensor>
{
    private readonly AdaptableLinear _gate;
    private readonly AdaptableLinear _up;
    private readonly AdaptableLinear _down;

    public GatedMlp(LlamaConfig config, int layer)
        : base(nameof(GatedMlp))
    {
        var path = $"model.layers.{layer}.mlp";
        var (width, inner, bias) = (config.HiddenSize, config.IntermediateSize, config.MlpBias);
        register_module("gate_proj", _gate = new AdaptableLinear($"{path}.gate_proj", width, inner, bias));
        register_module("up_proj", _up = new AdaptableLinear($"{path}.up_proj", width, inner, bias));
        register_module("down_proj", _down = new AdaptableLinear($"{path}.down_proj", inner, width, bias));
    }

    public IEnumerable<AdaptableLinear> Linears => [_gate, _up, _down];

    public override Tensor forward(Tensor input) => _down.call(nn.functional.silu(_gate.call(input)) * _up.call(input));
}
