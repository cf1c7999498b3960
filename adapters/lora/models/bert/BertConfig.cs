namespace Federated.Adapters.Models;

/// <summary>
/// The shape of a BERT or RoBERTa with a sequence-classification head, as the config.json of a Hugging Face checkpoint gives it.
/// </summary>
public sealed record BertConfig : ModelConfig
{
    /// <summary>model_type: bert | roberta.</summary>
    public required string ModelType { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width between the two halves of the feed-forward block.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/>.</summary>
    public required int Heads { get; init; }

    /// <inheritdoc />
    public override required int VocabSize { get; init; }

    /// <summary>Number of learned positions, RoBERTa's unused first ones included.</summary>
    public required int Positions { get; init; }

    /// <summary>Number of token types (BERT: first and second text).</summary>
    public required int TokenTypes { get; init; }

    /// <summary>The labels by name, in the order of the logits.</summary>
    public required IReadOnlyList<string> LabelNames { get; init; }

    /// <summary>Added to the variance in layer normalisation.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary>The feed-forward block's function, as Hugging Face names it.</summary>
    public string HiddenActivation { get; init; } = "gelu";

    /// <summary>Position of a text's first token: 0, or in RoBERTa one more than the padding id.</summary>
    public int FirstPosition { get; init; }

    /// <summary>Whether it is a RoBERTa: positions from <see cref="FirstPosition"/>, and a head of two layers instead of a pooler.</summary>
    public bool IsRoberta => ModelType == "roberta";

    /// <inheritdoc />
    public override int Context => Positions - FirstPosition;

    /// <inheritdoc />
    public override IReadOnlyList<LinearShape> Linears =>
        [
            .. Enumerable.Range(0, Layers).SelectMany(layer => LayerLinears($"{ModelType}.encoder.layer.{layer}")),
            .. HeadLinears(),
        ];

    internal static BertConfig Parse(ConfigFields fields, string modelType)
    {
        var roberta = modelType == "roberta";
        fields.RequireArchitecture(roberta ? "RobertaForSequenceClassification" : "BertForSequenceClassification");
        fields.RequireOneOf("position_embedding_type", "absolute");
        fields.RequireOneOf("problem_type", "single_label_classification");
        fields.RequireAbsent("is_decoder", "is true; an encoder is supported.");
        fields.RequireAbsent(
            "quantization_config",
            "is there; quantised checkpoints are not read. Use the float weights."
        );
        var (width, heads) = (fields.Positive("hidden_size"), fields.Positive("num_attention_heads"));
        var activation = fields.Text("hidden_act") ?? "gelu";
        if (Activation.Find(activation) is null)
        {
            throw fields.Invalid("hidden_act", $"is '{activation}'; it is not supported.");
        }

        if (width % heads != 0)
        {
            throw fields.Invalid("num_attention_heads", $"{heads} does not divide hidden_size {width}.");
        }

        var config = new BertConfig
        {
            ModelType = modelType,
            HiddenSize = width,
            IntermediateSize = fields.Positive("intermediate_size"),
            Layers = fields.Positive("num_hidden_layers", most: ConfigFields.MaxLayers),
            Heads = heads,
            VocabSize = fields.Positive("vocab_size"),
            Positions = fields.Positive("max_position_embeddings"),
            TokenTypes = fields.Positive("type_vocab_size", 2),
            LabelNames = Models.LabelNames.Read(fields),
            LayerNormEpsilon = fields.PositiveNumber("layer_norm_eps", 1e-12),
            HiddenActivation = activation,
            FirstPosition = roberta ? fields.Index("pad_token_id", 1) + 1 : 0,
        };
        return config.Context >= 2
            ? config
            : throw fields.Invalid("max_position_embeddings", $"{config.Positions} leaves no position for a text.");
    }

    internal override SequenceClassifier Create() => new(this);

    private IEnumerable<LinearShape> LayerLinears(string path)
    {
        yield return new($"{path}.attention.self.query", HiddenSize, HiddenSize);
        yield return new($"{path}.attention.self.key", HiddenSize, HiddenSize);
        yield return new($"{path}.attention.self.value", HiddenSize, HiddenSize);
        yield return new($"{path}.attention.output.dense", HiddenSize, HiddenSize);
        yield return new($"{path}.intermediate.dense", HiddenSize, IntermediateSize);
        yield return new($"{path}.output.dense", IntermediateSize, HiddenSize);
    }

    private IEnumerable<LinearShape> HeadLinears()
    {
        yield return new(IsRoberta ? "classifier.dense" : "bert.pooler.dense", HiddenSize, HiddenSize);
        yield return new(IsRoberta ? "classifier.out_proj" : "classifier", HiddenSize, LabelNames.Count);
    }
}
