using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>
/// A LLaMA-family causal language model (https://arxiv.org/abs/2302.13971) with the tensor names of Hugging Face's
/// LlamaForCausalLM. Its own parameters are frozen unless pretraining says otherwise.
/// </summary>
public sealed class LlamaModel : CausalLanguageModel
{
    private readonly LlamaDecoder _decoder;
    private readonly AdaptableLinear? _head;

    /// <summary>Creates a model with weights of zero; a checkpoint or <see cref="LlamaInitializer"/> fills them.</summary>
    /// <param name="config">The shape.</param>
    public LlamaModel(LlamaConfig config)
        : base(nameof(LlamaModel))
    {
        Config = config;
        register_module("model", _decoder = new LlamaDecoder(config));
        if (!config.TieWordEmbeddings)
        {
            register_module("lm_head", _head = new AdaptableLinear("lm_head", config.HiddenSize, config.VocabSize));
        }

        AdaptableLinears = [.. _decoder.Linears];
    }

    /// <summary>The shape.</summary>
    public LlamaConfig Config { get; }

    /// <inheritdoc />
    public override IReadOnlyList<AdaptableLinear> AdaptableLinears { get; }

    /// <inheritdoc />
    public override long VocabularySize => Config.VocabSize;

    /// <inheritdoc />
    public override long MaxSequenceLength => Config.MaxPositionEmbeddings;

    /// <summary>The token embedding, [VocabSize, HiddenSize]; with tied embeddings also the output layer.</summary>
    public Parameter TokenEmbedding => _decoder.Embedding;

    /// <summary>Type in which all large products are computed; see <see cref="AdaptableLinear.ComputeType"/>.</summary>
    public ScalarType ComputeType
    {
        get;
        set
        {
            field = value;
            foreach (var linear in AdaptableLinears.Append(_head).OfType<AdaptableLinear>())
            {
                linear.ComputeType = value;
            }
        }
    } = ScalarType.Float32;

    /// <inheritdoc />
    internal override string? PlaceOf(string stored) =>
        // Older exporters store the rotary frequencies; tied embeddings are stored under either name.
        stored.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
            ? null
        : _head is null && stored == "lm_head.weight" ? "model.embed_tokens.weight"
        : stored;

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        _decoder.CheckpointActivations = CheckpointActivations;
        var hidden = _decoder.call(input);
        var logits = _head is null
            ? AdaptableLinear.Product(hidden, _decoder.Embedding, ComputeType)
            : _head.call(hidden);
        return logits.MoveToOuterDisposeScope();
    }
}
