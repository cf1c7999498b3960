using System.Text.Json;
using System.Text.Json.Serialization;

namespace Federated.Aggregation;

/// <summary>What a merge did to M, the products that the updates ask for. Norms are Frobenius norms over all layers, of B A without the layers' scale.</summary>
/// <param name="Method">How it was merged.</param>
/// <param name="DroppedTail">‖M − what is published‖, M including what the version before carried over; null as <paramref name="AveragingLoss"/> for an average of too many.</param>
/// <param name="Carried">Of the dropped tail, what is carried to the next merge.</param>
/// <param name="AveragingLoss">
/// What averaging the factors apart would have left out, ‖M − B̄ Ā‖; null where it would have cost more than the merge
/// (<see cref="LayerMerge.MaxReportedRank"/>).
/// </param>
/// <param name="UpdateNorms">‖B_i A_i − B_s A_s‖ of each merged update, in merge order; null for ffa, where it is the norm of the update itself.</param>
public sealed record MergeReport(
    MergeMethod Method,
    double? DroppedTail,
    double Carried,
    double? AveragingLoss,
    IReadOnlyList<double>? UpdateNorms
)
{
    /// <summary>What a robust rule made of each node; null without one that looks at the updates.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<NodeFinding>? Nodes { get; init; }

    /// <summary>Directions of each layer that the version keeps, in the layout's order; null = all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? ActiveRanks { get; init; }

    /// <summary>The report as UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, AggregationJson.Options);

    /// <summary>Reads <see cref="ToJson"/>.</summary>
    /// <exception cref="JsonException">Something else.</exception>
    public static MergeReport FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<MergeReport>(json, AggregationJson.Options)
        ?? throw new JsonException("null is no report");
}
