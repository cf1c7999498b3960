using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Root-mean-square normalisation (https://arxiv.org/abs/1910.07467): y = x / √(mean(x²) + ε) · weight.</summary>
internal sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly double _epsilon;

    public RmsNorm(long width, double epsilon)
        : base(nameof(RmsNorm))
    {
        _epsilon = epsilon;
        _weight = new Parameter(ones(width), requires_grad: false);
        register_parameter("weight", _weight);
    }

    public override Tensor forward(Tensor input) =>
        input * (input * input).mean([-1], keepdim: true).Plus(_epsilon).rsqrt() * _weight;
}
