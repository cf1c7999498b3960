using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>How a BERT block ends: norm(dense(x) + residual). Checkpoints call it "output".</summary>
internal sealed class DenseAndNorm : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly LayerNorm _norm;

    public DenseAndNorm(string path, long inFeatures, long outFeatures, double epsilon)
        : base(nameof(DenseAndNorm))
    {
        register_module("dense", Dense = new AdaptableLinear($"{path}.dense", inFeatures, outFeatures, bias: true));
        register_module("LayerNorm", _norm = new LayerNorm(outFeatures, epsilon));
    }

    public AdaptableLinear Dense { get; }

    public override Tensor forward(Tensor input, Tensor residual) => _norm.call(Dense.call(input).Plus(residual));
}
