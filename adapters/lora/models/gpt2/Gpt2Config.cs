namespace Federated.Adapters.Models;

/// <summary>The shape of a GPT-2-family model, as the config.json of a Hugging Face checkpoint gives it.</summary>
public sealed record Gpt2Config : ModelConfig
{
    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width between the two halves of the feed-forward block.</summary>
    public required int InnerSize { get; init; }

    /// <summary>Number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/>.</summary>
    public required int Heads { get; init; }

    /// <inheritdoc />
    public override required int VocabSize { get; init; }

    /// <summary>Number of learned positions.</summary>
    public required int Positions { get; init; }

    /// <summary>Added to the variance in layer normalisation.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>The feed-forward block's function, as Hugging Face names it.</summary>
    public string ActivationFunction { get; init; } = "gelu_new";

    /// <summary>Whether attention scores are divided by √(head width).</summary>
    public bool ScaleAttention { get; init; } = true;

    /// <summary>Whether attention scores are also divided by the layer's number.</summary>
    public bool ScaleAttentionByLayer { get; init; }

    /// <summary>Whether the output layer is the embedding itself.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <inheritdoc />
    public override int Context => Positions;

    /// <inheritdoc />
    public override IReadOnlyList<LinearShape> Linears =>
        [.. Enumerable.Range(0, Layers).SelectMany(layer => LayerLinears($"transformer.h.{layer}"))];

    internal static Gpt2Config Parse(ConfigFields fields)
    {
        fields.RequireArchitecture("GPT2LMHeadModel");
        fields.RequireAbsent("add_cross_attention", "is true; a decoder on its own is supported.");
        fields.RequireAbsent(
            "quantization_config",
            "is there; quantised checkpoints are not read. Use the float weights."
        );
        var (width, heads) = (fields.Positive("n_embd"), fields.Positive("n_head"));
        var activation = fields.Text("activation_function") ?? "gelu_new";
        if (Activation.Find(activation) is null)
        {
            throw fields.Invalid("activation_function", $"is '{activation}'; it is not supported.");
        }

        return width % heads == 0
            ? new Gpt2Config
            {
                HiddenSize = width,
                InnerSize = fields.PositiveOrNull("n_inner") ?? 4 * width,
                Layers = fields.Positive("n_layer", most: ConfigFields.MaxLayers),
                Heads = heads,
                VocabSize = fields.Positive("vocab_size"),
                Positions = fields.Positive("n_positions", fields.PositiveOrNull("n_ctx") ?? 1024),
                LayerNormEpsilon = fields.PositiveNumber("layer_norm_epsilon", 1e-5),
                ActivationFunction = activation,
                ScaleAttention = fields.Flag("scale_attn_weights", otherwise: true),
                ScaleAttentionByLayer = fields.Flag("scale_attn_by_inverse_layer_idx"),
                TieWordEmbeddings = fields.Flag("tie_word_embeddings", otherwise: true),
            }
            : throw fields.Invalid("n_head", $"{heads} does not divide n_embd {width}.");
    }

    internal override Gpt2Model Create() => new(this);

    private IEnumerable<LinearShape> LayerLinears(string path)
    {
        yield return new($"{path}.attn.c_attn", HiddenSize, 3 * HiddenSize);
        yield return new($"{path}.attn.c_proj", HiddenSize, HiddenSize);
        yield return new($"{path}.mlp.c_fc", HiddenSize, InnerSize);
        yield return new($"{path}.mlp.c_proj", InnerSize, HiddenSize);
    }
}
