namespace Federated.Adapters.Models;

/// <summary>Reads the config.json of the members of the LLaMA family, each with the defaults of its Hugging Face class.</summary>
internal static class LlamaConfigReader
{
    public static LlamaConfig Read(ConfigFields fields, string modelType)
    {
        fields.RequireArchitecture(Architecture(modelType));
        fields.RequireOneOf("hidden_act", "silu", "swish");
        fields.RequireAbsent(
            "quantization_config",
            "is there; quantised checkpoints are not read. Use the float weights."
        );
        if (fields.PositiveNumber("partial_rotary_factor", 1) != 1)
        {
            throw fields.Invalid("partial_rotary_factor", "is not 1; rotary embedding must turn whole heads.");
        }

        var (hidden, heads, layers) = (
            fields.Positive("hidden_size"),
            fields.Positive("num_attention_heads"),
            fields.Positive("num_hidden_layers", most: ConfigFields.MaxLayers)
        );
        var context = fields.Positive("max_position_embeddings", modelType == "llama" ? 2048 : null);
        var bias = modelType switch
        {
            "qwen2" => true,
            "llama" or "qwen3" => fields.Flag("attention_bias"),
            _ => false,
        };
        var (window, firstLayer) = Window(fields, modelType, layers);
        var config = new LlamaConfig
        {
            ModelType = modelType,
            HiddenSize = hidden,
            IntermediateSize = fields.Positive("intermediate_size"),
            NumHiddenLayers = layers,
            NumAttentionHeads = heads,
            NumKeyValueHeads = fields.Positive("num_key_value_heads", modelType == "llama" ? heads : null),
            HeadDim = fields.Positive("head_dim", modelType == "qwen3" ? 128 : Math.Max(1, hidden / heads)),
            VocabSize = fields.Positive("vocab_size"),
            MaxPositionEmbeddings = context,
            RmsNormEps = fields.PositiveNumber("rms_norm_eps", 1e-6),
            RopeTheta = fields.PositiveNumber(
                "rope_theta",
                fields.Section("rope_parameters")?.PositiveNumberOrNull("rope_theta") ?? 10_000
            ),
            RopeScaling = RopeScaling.Parse(fields, context),
            QueryKeyValueBias = bias,
            OutputBias = bias && modelType != "qwen2",
            MlpBias = modelType == "llama" && fields.Flag("mlp_bias"),
            QueryKeyNorm = modelType == "qwen3",
            SlidingWindow = window,
            FirstWindowLayer = firstLayer,
            TieWordEmbeddings = fields.Flag("tie_word_embeddings"),
            BosTokenId = fields.TokenId("bos_token_id"),
            EosTokenId = fields.TokenId("eos_token_id"),
        };
        if ((long)heads * config.HeadDim > ConfigFields.MaxSize)
        {
            throw fields.Invalid("head_dim", $"{config.HeadDim} times num_attention_heads {heads} is too large.");
        }

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

    private static string Architecture(string modelType) =>
        modelType switch
        {
            "mistral" => "MistralForCausalLM",
            "qwen2" => "Qwen2ForCausalLM",
            "qwen3" => "Qwen3ForCausalLM",
            _ => "LlamaForCausalLM",
        };

    // Which layers see a window only: all of a Mistral's, the later ones of a Qwen that asks for it.
    private static (int? Window, int FirstLayer) Window(ConfigFields fields, string modelType, int layers)
    {
        if (modelType == "llama")
        {
            return (null, 0);
        }

        if (modelType == "mistral")
        {
            return (fields.Has("sliding_window") ? fields.Positive("sliding_window") : MistralDefault(fields), 0);
        }

        if (!fields.Flag("use_sliding_window"))
        {
            return (null, 0);
        }

        var window = fields.Positive("sliding_window", 4096);
        if (fields.Texts("layer_types") is not { } types)
        {
            return (window, fields.Index("max_window_layers", 28));
        }

        var first = types.TakeWhile(type => type == "full_attention").Count();
        return types.Count == layers && types.Skip(first).All(type => type == "sliding_attention")
            ? (window, first)
            : throw fields.Invalid(
                "layer_types",
                $"must be {layers} times full_attention, and from some layer on sliding_attention."
            );
    }

    // An explicit null is "no window"; a missing field is the default of MistralConfig.
    private static int? MistralDefault(ConfigFields fields) => fields.IsNull("sliding_window") ? null : 4096;
}
