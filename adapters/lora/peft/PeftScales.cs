using System.Text.Json;
using System.Text.RegularExpressions;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters;

/// <summary>What an adapter_config.json says about the factor on each layer's product.</summary>
internal sealed class PeftScales
{
    private readonly string _source;
    private readonly double _alpha;
    private readonly bool _rsLora;
    private readonly IReadOnlyList<(string Pattern, double Alpha)> _patterns;
    private readonly IReadOnlyList<(string Pattern, double Rank)> _ranks;
    private readonly double _rank;

    private PeftScales(string source, JsonElement root)
    {
        _source = source;
        if (root.GetProperty("peft_type").GetString() != "LORA")
        {
            throw new InvalidCheckpointException($"{source}: peft_type is not LORA.");
        }

        if (IsTrue(root, "use_dora"))
        {
            throw new InvalidCheckpointException($"{source}: use_dora is true; only plain LoRA can be merged.");
        }

        _rank = root.GetProperty("r").GetDouble();
        _alpha = root.GetProperty("lora_alpha").GetDouble();
        _rsLora = IsTrue(root, "use_rslora");
        _patterns = Numbers(root, "alpha_pattern");
        _ranks = Numbers(root, "rank_pattern");
        BaseModelName = root.TryGetProperty("base_model_name_or_path", out var name) ? name.GetString() ?? "" : "";
    }

    /// <summary>base_model_name_or_path; empty when absent.</summary>
    public string BaseModelName { get; }

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="InvalidCheckpointException">It is malformed, or none of a plain LoRA.</exception>
    public static PeftScales Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new(path, document.RootElement);
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidCheckpointException($"{path} is not a LoRA configuration: {error.Message}", error);
        }
    }

    /// <summary>alpha ÷ r or alpha ÷ √r of a layer.</summary>
    /// <param name="path">The layer.</param>
    /// <param name="rank">The rank of its factors.</param>
    /// <exception cref="InvalidCheckpointException">The configuration says another rank.</exception>
    public double Of(string path, int rank)
    {
        var said = Matching(_ranks, path) ?? _rank;
        if (said != rank)
        {
            throw new InvalidCheckpointException($"{_source} gives {path} rank {said}, and its factors have {rank}.");
        }

        var alpha = Matching(_patterns, path) ?? _alpha;
        return double.IsFinite(alpha)
            ? alpha / (_rsLora ? Math.Sqrt(rank) : rank)
            : throw new InvalidCheckpointException($"{_source} gives {path} an alpha of {alpha}.");
    }

    // PEFT's rule: a pattern is a regular expression for the end of a path, from a dot on.
    private double? Matching(IReadOnlyList<(string Pattern, double Value)> patterns, string path)
    {
        foreach (var (pattern, value) in patterns)
        {
            try
            {
                // Without backtracking no pattern takes long.
                if (Regex.IsMatch(path, $@"^(.*\.)?({pattern})$", RegexOptions.NonBacktracking))
                {
                    return value;
                }
            }
            catch (Exception error) when (error is ArgumentException or NotSupportedException)
            {
                throw new InvalidCheckpointException(
                    $"{_source}: the pattern \"{pattern}\" is no regular expression, or one of a kind that is not read; name the layers' paths.",
                    error
                );
            }
        }

        return null;
    }

    private static bool IsTrue(JsonElement root, string name) =>
        root.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private static List<(string Pattern, double Value)> Numbers(JsonElement root, string name) =>
        root.TryGetProperty(name, out var section) && section.ValueKind == JsonValueKind.Object
            ? [.. section.EnumerateObject().Select(entry => (entry.Name, entry.Value.GetDouble()))]
            : [];
}
