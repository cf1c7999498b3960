using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Everything of a GPT-2 below the output layer: embeddings, layers, final norm. Checkpoints call it "transformer".</summary>
internal sealed class Gpt2Decoder : nn.Module<Tensor, Tensor>
{
    private readonly TokenEmbedding _tokens;
    private readonly TokenEmbedding _positions;
    private readonly Gpt2Layer[] _layers;
    private readonly LayerNorm _norm;

    public Gpt2Decoder(Gpt2Config config)
        : base(nameof(Gpt2Decoder))
    {
        _layers = [.. Enumerable.Range(0, config.Layers).Select(layer => new Gpt2Layer(config, layer))];
        register_module("wte", _tokens = new TokenEmbedding(config.VocabSize, config.HiddenSize));
        register_module("wpe", _positions = new TokenEmbedding(config.Positions, config.HiddenSize));
        register_module("h", new ModuleList<Gpt2Layer>(_layers));
        register_module("ln_f", _norm = new LayerNorm(config.HiddenSize, config.LayerNormEpsilon));
    }

    /// <summary>See <see cref="AdaptableModel.CheckpointActivations"/>.</summary>
    public bool CheckpointActivations { get; set; }

    public Parameter Embedding => _tokens.Weight;

    public IEnumerable<AdaptableLinear> Linears => _layers.SelectMany(layer => layer.Linears);

    /// <summary>Maps ids [B, T] to normalised hidden states [B, T, width].</summary>
    public override Tensor forward(Tensor ids)
    {
        var positions = _positions.Weight.shape[0];
        if (ids.dim() != 2 || ids.shape[1] > positions)
        {
            throw new ArgumentException(
                $"ids has the shape [{string.Join(", ", ids.shape)}]; it must be [B, T] with T ≤ n_positions {positions}.",
                nameof(ids)
            );
        }

        var hidden = _tokens.call(ids).Plus(_positions.Weight.narrow(0, 0, ids.shape[1]));
        foreach (var layer in _layers)
        {
            hidden = CheckpointActivations ? ActivationCheckpoint.Run(layer.call, hidden) : layer.call(hidden);
        }

        return _norm.call(hidden);
    }
}
