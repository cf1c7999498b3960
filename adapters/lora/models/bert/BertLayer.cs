using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>One encoder layer: attention and feed-forward, each added to its input and normalised after.</summary>
internal sealed class BertLayer : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly BertAttention _attention;
    private readonly DenseAndNorm _afterAttention;
    private readonly AdaptableLinear _up;
    private readonly DenseAndNorm _down;
    private readonly Func<Tensor, Tensor> _activation;

    public BertLayer(BertConfig config, string path)
        : base(nameof(BertLayer))
    {
        _activation = Activation.Find(config.HiddenActivation)!;
        var (width, inner, epsilon) = (config.HiddenSize, config.IntermediateSize, config.LayerNormEpsilon);
        _attention = new BertAttention(config, $"{path}.attention.self");
        _afterAttention = new DenseAndNorm($"{path}.attention.output", width, width, epsilon);
        _up = new AdaptableLinear($"{path}.intermediate.dense", width, inner, bias: true);
        _down = new DenseAndNorm($"{path}.output", inner, width, epsilon);
        register_module("attention", new ModuleGroup(("self", _attention), ("output", _afterAttention)));
        register_module("intermediate", new ModuleGroup(("dense", _up)));
        register_module("output", _down);
    }

    public IEnumerable<AdaptableLinear> Linears => [.. _attention.Linears, _afterAttention.Dense, _up, _down.Dense];

    public override Tensor forward(Tensor input, Tensor seen)
    {
        // What backward does not need is given back here, and not when all layers are done.
        using var scope = NewDisposeScope();
        var attended = _afterAttention.call(_attention.call(input, seen), input);
        return _down.call(_activation(_up.call(attended)), attended).MoveToOuterDisposeScope();
    }
}
