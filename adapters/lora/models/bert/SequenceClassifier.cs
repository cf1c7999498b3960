using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>
/// BERT (https://arxiv.org/abs/1810.04805) or RoBERTa (https://arxiv.org/abs/1907.11692) with a head that labels a text by its first
/// token, with the tensor names of Hugging Face's …ForSequenceClassification. Its own parameters are frozen.
/// </summary>
public sealed class SequenceClassifier : AdaptableModel, IClassifier
{
    private readonly BertEmbeddings _embeddings;
    private readonly BertLayer[] _layers;
    private readonly AdaptableLinear _dense;
    private readonly AdaptableLinear _labels;

    /// <summary>Creates a model with weights of zero; a checkpoint fills them.</summary>
    /// <param name="config">The shape.</param>
    public SequenceClassifier(BertConfig config)
        : base(nameof(SequenceClassifier))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        var (name, width, roberta) = (config.ModelType, config.HiddenSize, config.IsRoberta);
        _embeddings = new BertEmbeddings(config);
        _layers =
        [
            .. Enumerable
                .Range(0, config.Layers)
                .Select(layer => new BertLayer(config, $"{name}.encoder.layer.{layer}")),
        ];
        _dense = new AdaptableLinear(roberta ? "classifier.dense" : "bert.pooler.dense", width, width, bias: true);
        _labels = new AdaptableLinear(
            roberta ? "classifier.out_proj" : "classifier",
            width,
            config.LabelNames.Count,
            bias: true
        );
        var encoder = new ModuleGroup(("layer", new ModuleList<BertLayer>(_layers)));
        if (roberta)
        {
            register_module(name, new ModuleGroup(("embeddings", _embeddings), ("encoder", encoder)));
            register_module("classifier", new ModuleGroup(("dense", _dense), ("out_proj", _labels)));
        }
        else
        {
            var pooler = new ModuleGroup(("dense", _dense));
            register_module(
                name,
                new ModuleGroup(("embeddings", _embeddings), ("encoder", encoder), ("pooler", pooler))
            );
            register_module("classifier", _labels);
        }

        AdaptableLinears = [.. _layers.SelectMany(layer => layer.Linears), _dense, _labels];
    }

    /// <summary>The shape.</summary>
    public BertConfig Config { get; }

    /// <inheritdoc />
    public override IReadOnlyList<AdaptableLinear> AdaptableLinears { get; }

    /// <inheritdoc />
    public override long MaxSequenceLength => Config.Context;

    /// <inheritdoc />
    public IReadOnlyList<string> LabelNames => Config.LabelNames;

    /// <summary>Computes the logits of texts without padding.</summary>
    /// <param name="input">Token ids [B, T], int64, each in 0..VocabSize-1.</param>
    /// <returns>[B, labels].</returns>
    public override Tensor forward(Tensor input) => Logits(input, mask: null);

    /// <inheritdoc />
    public Tensor Logits(RecordBatch batch)
    {
        var tokens = Tokens(batch);
        return tokens.Types is null || Config.TokenTypes >= 2
            ? Logits(tokens.Ids, tokens.Mask, tokens.Types)
            : throw new ArgumentException(
                "The model has one token type; a pair's texts cannot have two.",
                nameof(batch)
            );
    }

    /// <summary>Computes the logits of texts.</summary>
    /// <param name="ids">[B, T], int64, padded on the right; T ≤ <see cref="MaxSequenceLength"/>.</param>
    /// <param name="mask">[B, T], bool, true where a token is real; null: everywhere.</param>
    /// <param name="types">[B, T], int64: which of two texts a token belongs to; null: all to the first.</param>
    /// <returns>[B, labels], float32.</returns>
    /// <exception cref="ArgumentException">Another shape, or too long.</exception>
    public Tensor Logits(Tensor ids, Tensor? mask, Tensor? types = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.dim() != 2 || ids.shape[1] > MaxSequenceLength)
        {
            throw new ArgumentException(
                $"ids has the shape [{string.Join(", ", ids.shape)}]; it must be [B, T] with T ≤ {MaxSequenceLength}.",
                nameof(ids)
            );
        }

        using var scope = NewDisposeScope();
        var seen = Seen(ids, mask);
        var hidden = _embeddings.call(ids, types);
        foreach (var layer in _layers)
        {
            hidden = CheckpointActivations
                ? ActivationCheckpoint.Run(input => layer.call(input, Seen(ids, mask)), hidden)
                : layer.call(hidden, seen);
        }

        // [B, 1, width], since adapters take sequences.
        var first = _dense.call(hidden.narrow(1, 0, 1)).tanh();
        return _labels.call(first).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public override Tensor LossPerExample(RecordBatch batch) => LabelLoss.PerExample(this, batch, Tokens(batch).Labels);

    /// <inheritdoc />
    public override BatchLoss TotalLoss(RecordBatch batch) => LabelLoss.Total(this, batch, Tokens(batch).Labels);

    // A text's first token is seen whatever the mask says: attention over nothing would be NaN.
    private static Tensor Seen(Tensor ids, Tensor? mask)
    {
        var seen = (mask ?? ones_like(ids)).to(ScalarType.Bool).clone();
        using var yes = 1.ToScalar();
        seen.narrow(1, 0, 1).fill_(yes);
        return seen.unsqueeze(1).unsqueeze(1);
    }

    /// <inheritdoc />
    internal override string? PlaceOf(string stored)
    {
        if (stored == $"{Config.ModelType}.embeddings.position_ids")
        {
            return null;
        }

        // Checkpoints converted from TensorFlow.
        return stored.EndsWith(".LayerNorm.gamma", StringComparison.Ordinal) ? stored[..^5] + "weight"
            : stored.EndsWith(".LayerNorm.beta", StringComparison.Ordinal) ? stored[..^4] + "bias"
            : stored;
    }
}
