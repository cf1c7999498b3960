using System.Text.Json;
using System.Text.Json.Serialization;

namespace Federated.Aggregation;

/// <summary>How well a version predicts the run's public set.</summary>
/// <param name="Version">The version.</param>
/// <param name="Nats">Sum of the negative log-likelihoods of all predicted tokens; what is no number stands as the largest one.</param>
/// <param name="Tokens">Number of predicted tokens, ≥ 1.</param>
/// <param name="Characters">Number of characters they cover.</param>
/// <param name="Records">Number of records.</param>
/// <param name="Samples">What the adapted model made of the run's prompts, in their order.</param>
public sealed record VersionEvaluation(
    long Version,
    double Nats,
    long Tokens,
    long Characters,
    long Records,
    IReadOnlyList<GenerationSample> Samples
)
{
    /// <summary>Of a classifier, the records whose likeliest label is the right one; null for a language model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Correct { get; init; }

    /// <summary>Share of the records that a classifier labels rightly, 0 … 1; null for a language model.</summary>
    [JsonIgnore]
    public double? Accuracy => (double?)Correct / Tokens;

    /// <summary>Mean loss of a token: the public loss.</summary>
    [JsonIgnore]
    public double NatsPerToken => Nats / Tokens;

    /// <summary>As UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, AggregationJson.Options);

    /// <summary>Reads what <see cref="ToJson"/> gave.</summary>
    public static VersionEvaluation FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<VersionEvaluation>(json, AggregationJson.Options)
        ?? throw new JsonException("an evaluation is null");
}
