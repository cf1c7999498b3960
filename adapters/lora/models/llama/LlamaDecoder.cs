using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Everything of a LLaMA below the output layer: embedding, layers, final norm. Checkpoints call it "model".</summary>
internal sealed class LlamaDecoder : nn.Module<Tensor, Tensor>
{
    private readonly LlamaConfig _config;
    private readonly TokenEmbedding _embedding;
    private readonly LlamaLayer[] _layers;
    private readonly RmsNorm _norm;
    private readonly RotaryEmbedding _rotary;

    public LlamaDecoder(LlamaConfig config)
        : base(nameof(LlamaDecoder))
    {
        _config = config;
        _rotary = new RotaryEmbedding(config.HeadDim, config.RopeTheta, config.RopeScaling);
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(index => new LlamaLayer(config, index))];
        register_module("embed_tokens", _embedding = new TokenEmbedding(config.VocabSize, config.HiddenSize));
        register_module("layers", new ModuleList<LlamaLayer>(_layers));
        register_module("norm", _norm = new RmsNorm(config.HiddenSize, config.RmsNormEps));
    }

    /// <summary>See <see cref="AdaptableModel.CheckpointActivations"/>.</summary>
    public bool CheckpointActivations { get; set; }

    public Parameter Embedding => _embedding.Weight;

    public IEnumerable<AdaptableLinear> Linears => _layers.SelectMany(layer => layer.Linears);

    /// <summary>Maps ids [B, T] to normalised hidden states [B, T, width].</summary>
    public override Tensor forward(Tensor ids)
    {
        if (ids.dim() != 2 || ids.shape[1] > _config.MaxPositionEmbeddings)
        {
            throw new ArgumentException(
                $"ids has the shape [{string.Join(", ", ids.shape)}]; it must be [B, T] with T ≤ max_position_embeddings {_config.MaxPositionEmbeddings}.",
                nameof(ids)
            );
        }

        var (length, device) = (ids.shape[1], ids.device);
        var positions = Positions(length, device);
        var hidden = _embedding.call(ids);
        foreach (var layer in _layers)
        {
            hidden = CheckpointActivations
                ? ActivationCheckpoint.Run(input => layer.call(input, Positions(length, device)), hidden)
                : layer.call(hidden, positions);
        }

        return _norm.call(hidden);
    }

    private PositionTables Positions(long length, Device device)
    {
        var (cos, sin) = _rotary.Tables(length, device);
        return new PositionTables(cos, sin, Window(length, device));
    }

    // Position i sees i-window+1 … i; null while no record is longer than the window.
    private Tensor? Window(long length, Device device) =>
        _config.SlidingWindow is { } window && length > window
            ? ones(length, length, dtype: ScalarType.Bool, device: device).tril().triu(1 - window)
            : null;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rotary.Dispose();
        }

        base.Dispose(disposing);
    }
}
