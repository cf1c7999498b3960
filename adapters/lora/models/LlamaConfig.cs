using System.Text.Json;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Models;

/// <summary>The shape of a LLaMA-family model, as the config.json of a Hugging Face checkpoint gives it.</summary>
public sealed record LlamaConfig
{
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

    /// <summary>Number of token ids.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Longest sequence, in tokens.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Added to the mean square in RMSNorm.</summary>
    public double RmsNormEps { get; init; } = 1e-6;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>Whether the output layer is the embedding itself.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Id that begins a text, or null.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Id that ends a text, or null.</summary>
    public int? EosTokenId { get; init; }

    /// <summary>Reads a config.json.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The configuration, checked.</returns>
    /// <exception cref="InvalidCheckpointException">Not a LLaMA, or a value that this implementation cannot honour.</exception>
    public static LlamaConfig Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Parse(new ConfigFields(document.RootElement, path));
        }
        catch (JsonException error)
        {
            throw new InvalidCheckpointException($"{path} is not JSON: {error.Message}", error);
        }
    }

    /// <summary>Writes the configuration as the config.json of a LlamaForCausalLM.</summary>
    /// <param name="torchDtype">Dtype of the stored weights, as Hugging Face names it: float32, bfloat16, float16.</param>
    /// <returns>JSON, indented.</returns>
    public string ToJson(string torchDtype)
    {
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
            ["attention_bias"] = false,
            ["mlp_bias"] = false,
            ["tie_word_embeddings"] = TieWordEmbeddings,
            ["bos_token_id"] = BosTokenId,
            ["eos_token_id"] = EosTokenId,
            ["torch_dtype"] = torchDtype,
        };
        return JsonSerializer.Serialize(fields, JsonLayout.Indented) + "\n";
    }

    private static LlamaConfig Parse(ConfigFields fields)
    {
        fields.Require("model_type", "llama");
        fields.Require("hidden_act", "silu");
        fields.RequireFalse("attention_bias");
        fields.RequireFalse("mlp_bias");
        fields.RequirePlainRope();
        var hidden = fields.Positive("hidden_size");
        var heads = fields.Positive("num_attention_heads");
        var config = new LlamaConfig
        {
            HiddenSize = hidden,
            IntermediateSize = fields.Positive("intermediate_size"),
            NumHiddenLayers = fields.Positive("num_hidden_layers"),
            NumAttentionHeads = heads,
            NumKeyValueHeads = fields.Positive("num_key_value_heads", heads),
            HeadDim = fields.Positive("head_dim", Math.Max(1, hidden / heads)),
            VocabSize = fields.Positive("vocab_size"),
            MaxPositionEmbeddings = fields.Positive("max_position_embeddings", 2048),
            RmsNormEps = fields.PositiveNumber("rms_norm_eps", 1e-6),
            RopeTheta = fields.RopeTheta(),
            TieWordEmbeddings = fields.Flag("tie_word_embeddings"),
            BosTokenId = fields.TokenId("bos_token_id"),
            EosTokenId = fields.TokenId("eos_token_id"),
        };
        if (config.HeadDim % 2 != 0)
        {
            throw fields.Invalid("head_dim", $"{config.HeadDim} is odd; rotary embedding turns pairs.");
        }

        return heads % config.NumKeyValueHeads == 0
            ? config
            : throw fields.Invalid(
                "num_key_value_heads",
                $"{config.NumKeyValueHeads} does not divide num_attention_heads {heads}."
            );
    }
}
