using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Layer normalisation (https://arxiv.org/abs/1607.06450) over the last dimension: y = (x − mean) / √(variance + ε) · weight + bias.</summary>
internal sealed class LayerNorm : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly double _epsilon;

    public LayerNorm(long width, double epsilon)
        : base(nameof(LayerNorm))
    {
        _epsilon = epsilon;
        _weight = new Parameter(ones(width), requires_grad: false);
        _bias = new Parameter(zeros(width), requires_grad: false);
        register_parameter("weight", _weight);
        register_parameter("bias", _bias);
    }

    public override Tensor forward(Tensor input) =>
        nn.functional.layer_norm(input, [input.shape[^1]], _weight, _bias, _epsilon);
}
