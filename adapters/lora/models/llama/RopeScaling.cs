namespace Federated.Adapters.Models;

/// <summary>
/// How rotary frequencies are changed for contexts longer than the model was first trained on, by the rules of Hugging Face's
/// modeling_rope_utils.
/// </summary>
/// <param name="Kind">The rule: linear | dynamic | llama3 | yarn.</param>
/// <param name="Factor">How much longer the context became, ≥ 1.</param>
public sealed record RopeScaling(string Kind, double Factor)
{
    /// <summary>Context of the first training, in tokens; llama3 and yarn.</summary>
    public int OriginalContext { get; init; }

    /// <summary>llama3: wavelengths longer than OriginalContext ÷ this are divided by Factor.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>llama3: wavelengths shorter than OriginalContext ÷ this stay.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>yarn: turns within the original context above which a frequency stays.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: turns within the original context below which a frequency is divided by Factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>yarn: whether the two bounds are rounded outwards to whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>Factor on cosine and sine, which yarn raises above 1.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>Reads rope_scaling or, as newer files call it, rope_parameters.</summary>
    /// <returns>The rule, or null for plain rotary embedding.</returns>
    internal static RopeScaling? Parse(ConfigFields config, int context)
    {
        var field = config.Section("rope_scaling") is null ? "rope_parameters" : "rope_scaling";
        if (config.Section(field) is not { } rope)
        {
            return null;
        }

        var kind = rope.Text("rope_type") ?? rope.Text("type") ?? "default";
        return kind switch
        {
            "default" => null,
            // Above max_position_embeddings alone does the dynamic rule change anything, and longer records are refused.
            "linear" or "dynamic" => new RopeScaling(kind, Required(rope, "factor")),
            "llama3" => Llama3(rope),
            "yarn" => Yarn(rope, context),
            _ => throw config.Invalid(
                field,
                $"has the type '{kind}'; supported: default, linear, dynamic, llama3, yarn."
            ),
        };
    }

    private static RopeScaling Llama3(ConfigFields rope)
    {
        var scaling = new RopeScaling("llama3", Required(rope, "factor"))
        {
            OriginalContext = rope.Positive("original_max_position_embeddings"),
            LowFrequencyFactor = Required(rope, "low_freq_factor"),
            HighFrequencyFactor = Required(rope, "high_freq_factor"),
        };
        return scaling.LowFrequencyFactor < scaling.HighFrequencyFactor
            ? scaling
            : throw rope.Invalid("low_freq_factor", $"{scaling.LowFrequencyFactor} is not below high_freq_factor.");
    }

    private static RopeScaling Yarn(ConfigFields rope, int context)
    {
        var factor = Required(rope, "factor");
        var original = rope.PositiveOrNull("original_max_position_embeddings");
        if (original is { } first && Math.Abs((factor * first) - context) > 0.5)
        {
            throw rope.Invalid(
                "factor",
                $"{factor} × original_max_position_embeddings {first} is not max_position_embeddings {context}, and it is not defined "
                    + "which of the three counts; make them agree."
            );
        }

        var (scale, scaleAll) = (rope.PositiveNumberOrNull("mscale"), rope.PositiveNumberOrNull("mscale_all_dim"));
        return new RopeScaling("yarn", factor)
        {
            OriginalContext = original ?? context,
            BetaFast = rope.PositiveNumber("beta_fast", 32),
            BetaSlow = rope.PositiveNumber("beta_slow", 1),
            Truncate = rope.Flag("truncate", otherwise: true),
            AttentionFactor =
                rope.PositiveNumberOrNull("attention_factor")
                ?? (
                    scale is { } own && scaleAll is { } all
                        ? Temperature(factor, own) / Temperature(factor, all)
                        : Temperature(factor, 1)
                ),
        };
    }

    // YaRN (https://arxiv.org/abs/2309.00071), section 3.4.
    private static double Temperature(double factor, double scale) =>
        factor <= 1 ? 1 : (0.1 * scale * Math.Log(factor)) + 1;

    private static double Required(ConfigFields rope, string field) =>
        rope.PositiveNumberOrNull(field) ?? throw rope.Invalid(field, "is missing.");
}
