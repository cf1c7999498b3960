using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>
/// A GPT-2-family causal language model (Radford et al. 2019) with the tensor names of Hugging Face's GPT2LMHeadModel: its linear
/// layers hold Wᵀ (Conv1D), and checkpoints may leave "transformer." out. Its own parameters are frozen.
/// </summary>
public sealed class Gpt2Model : CausalLanguageModel
{
    private const string Prefix = "transformer.";
    private readonly Gpt2Decoder _decoder;
    private readonly AdaptableLinear? _head;

    /// <summary>Creates a model whose weights a checkpoint fills.</summary>
    /// <param name="config">The shape.</param>
    public Gpt2Model(Gpt2Config config)
        : base(nameof(Gpt2Model))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        register_module("transformer", _decoder = new Gpt2Decoder(config));
        if (!config.TieWordEmbeddings)
        {
            register_module("lm_head", _head = new AdaptableLinear("lm_head", config.HiddenSize, config.VocabSize));
        }

        AdaptableLinears = [.. _decoder.Linears];
    }

    /// <summary>The shape.</summary>
    public Gpt2Config Config { get; }

    /// <inheritdoc />
    public override IReadOnlyList<AdaptableLinear> AdaptableLinears { get; }

    /// <inheritdoc />
    public override long VocabularySize => Config.VocabSize;

    /// <inheritdoc />
    public override long MaxSequenceLength => Config.Positions;

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        _decoder.CheckpointActivations = CheckpointActivations;
        var hidden = _decoder.call(input);
        var logits = _head?.call(hidden) ?? AdaptableLinear.Product(hidden, _decoder.Embedding, ScalarType.Float32);
        return logits.MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    internal override string? PlaceOf(string stored)
    {
        // The causal mask, which older exporters store.
        if (
            stored.EndsWith(".attn.bias", StringComparison.Ordinal)
            || stored.EndsWith(".attn.masked_bias", StringComparison.Ordinal)
        )
        {
            return null;
        }

        if (stored == "lm_head.weight")
        {
            return _head is null ? Prefix + "wte.weight" : stored;
        }

        return stored.StartsWith(Prefix, StringComparison.Ordinal) ? stored : Prefix + stored;
    }
}
