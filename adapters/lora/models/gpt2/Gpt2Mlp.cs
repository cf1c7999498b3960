using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>GPT-2's feed-forward block: c_proj(activation(c_fc(x))).</summary>
internal sealed class Gpt2Mlp : nn.Module<Tensor, Tensor>
{
    private readonly AdaptableLinear _up;
    private readonly AdaptableLinear _down;
    private readonly Func<Tensor, Tensor> _activation;

    public Gpt2Mlp(Gpt2Config config, int layer)
        : base(nameof(Gpt2Mlp))
    {
        _activation = Activation.Find(config.ActivationFunction)!;
        var (path, width, inner) = ($"transformer.h.{layer}.mlp", config.HiddenSize, config.InnerSize);
        register_module("c_fc", _up = new AdaptableLinear($"{path}.c_fc", width, inner, bias: true, fanInFanOut: true));
        register_module(
            "c_proj",
            _down = new AdaptableLinear($"{path}.c_proj", inner, width, bias: true, fanInFanOut: true)
        );
    }

    public IEnumerable<AdaptableLinear> Linears => [_up, _down];

    public override Tensor forward(Tensor input) => _down.call(_activation(_up.call(input)));
}
