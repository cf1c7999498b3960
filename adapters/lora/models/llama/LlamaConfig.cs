using System.Text.Json;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Models;

/// <summary>
/// The shape of a LLaMA-family model (LLaMA 1–3, TinyLlama, SmolLM, Mistral, Qwen2, Qwen3 without experts), as the config.json of a
/// Hugging Face checkpoint gives it.
/// </summary>
public sealed record LlamaConfig : ModelConfig
{
    /// <summary>model_type: llama | mistral | qwen2 | qwen3.</summary>
    public string ModelType { get; init; } = "llama";

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width between the two halves of the feed-forward block.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Number of key and value heads; divides <see cref="NumAttentionHeads"/>.</summary>
    public required int NumKeyValueHeads { get; init; }

    /// <summary>Width of one head; even.</summary>
    public required int HeadDim { get; init; }

    /// <inheritdoc />
    public override required int VocabSize { get; init; }

    /// <summary>Longest sequence, in tokens.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Added to the mean square in RMSNorm.</summary>
    public double RmsNormEps { get; init; } = 1e-6;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>How the rotary frequencies are stretched; null: not at all.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether the query, key and value projections have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether the output projection of attention has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the feed-forward projections have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Whether queries and keys are normalised per head before they turn (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Number of latest positions, its own included, that a token sees in the windowed layers; null: all.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>The first layer that has the window; those before see everything.</summary>
    public int FirstWindowLayer { get; init; }

    /// <summary>Whether the output layer is the embedding itself.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Id that begins a text, or null.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Id that ends a text, or null.</summary>
    public int? EosTokenId { get; init; }

    /// <inheritdoc />
    public override int Context => MaxPositionEmbeddings;

    /// <inheritdoc />
    public override IReadOnlyList<LinearShape> Linears =>
        [.. Enumerable.Range(0, NumHiddenLayers).SelectMany(layer => LayerLinears($"model.layers.{layer}"))];

    /// <summary>Reads a config.json.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The configuration, checked.</returns>
    /// <exception cref="InvalidCheckpointException">Not of the family, or a value that this implementation cannot honour.</exception>
    public static new LlamaConfig Read(string path) =>
        ConfigFields.Read(
            path,
            fields =>
                ParseFamily(fields) as LlamaConfig
                ?? throw fields.Invalid("model_type", $"is '{fields.Text("model_type")}', not of the LLaMA family.")
        );

    /// <summary>Writes the configuration as the config.json of a LlamaForCausalLM.</summary>
    /// <param name="torchDtype">Dtype of the stored weights, as Hugging Face names it: float32, bfloat16, float16.</param>
    /// <returns>JSON, indented.</returns>
    /// <exception cref="NotSupportedException">A member of the family that is read and never written: of another type, or with scaled rotary embedding.</exception>
    public string ToJson(string torchDtype)
    {
        if (ModelType != "llama" || RopeScaling is not null || QueryKeyValueBias != OutputBias)
        {
            throw new NotSupportedException($"A {ModelType} with its variants is read, and not written.");
        }

        var fields = new Dictionary<string, object?>
        {
            ["architectures"] = new[] { "LlamaForCausalLM" },
            ["model_type"] = "llama",
            ["hidden_size"] = HiddenSize,
            ["intermediate_size"] = IntermediateSize,
            ["num_hidden_layers"] = NumHiddenLayers,
            ["num_attention_heads"] = NumAttentionHeads,
            ["num_key_value_heads"] = NumKeyValueHeads,
            ["head_dim"] = HeadDim,
            ["vocab_size"] = VocabSize,
            ["max_position_embeddings"] = MaxPositionEmbeddings,
            ["rms_norm_eps"] = RmsNormEps,
            ["rope_theta"] = RopeTheta,
            ["hidden_act"] = "silu",
            ["attention_bias"] = QueryKeyValueBias,
            ["mlp_bias"] = MlpBias,
            ["tie_word_embeddings"] = TieWordEmbeddings,
            ["bos_token_id"] = BosTokenId,
            ["eos_token_id"] = EosTokenId,
            ["torch_dtype"] = torchDtype,
        };
        return JsonSerializer.Serialize(fields, JsonLayout.Indented) + "\n";
    }

    internal override LlamaModel Create() => new(this);

    private IEnumerable<LinearShape> LayerLinears(string path)
    {
        var (queries, keys) = (NumAttentionHeads * HeadDim, NumKeyValueHeads * HeadDim);
        yield return new($"{path}.self_attn.q_proj", HiddenSize, queries);
        yield return new($"{path}.self_attn.k_proj", HiddenSize, keys);
        yield return new($"{path}.self_attn.v_proj", HiddenSize, keys);
        yield return new($"{path}.self_attn.o_proj", queries, HiddenSize);
        yield return new($"{path}.mlp.gate_proj", HiddenSize, IntermediateSize);
        yield return new($"{path}.mlp.up_proj", HiddenSize, IntermediateSize);
        yield return new($"{path}.mlp.down_proj", IntermediateSize, HiddenSize);
    }
}
