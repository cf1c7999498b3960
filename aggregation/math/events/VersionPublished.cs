using System.Text.Json.Serialization;

namespace Federated.Aggregation;

/// <summary>A version is there: its adapter is durable, and nodes may start from it.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Version">Its number; 0 = the initial adapter.</param>
/// <param name="Digest">SHA-256 of the adapter blob.</param>
/// <param name="Length">Bytes of the blob.</param>
/// <param name="Report">How it came about; null for version 0.</param>
/// <param name="OptimizerState">SHA-256 of the server optimizer's state after it; null where there is none.</param>
public sealed record VersionPublished(
    DateTimeOffset At,
    long Version,
    string Digest,
    long Length,
    VersionReport? Report,
    string? OptimizerState = null
) : RunEvent(At)
{
    /// <summary>The frozen products that the version has beside its adapter; null = none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoredBlob? Residual { get; init; }

    /// <summary>What its merge could not publish, which the next merge gets; null = nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoredBlob? Tail { get; init; }

    /// <summary>SHA-256 of where the robust rule starts in the next version (centered clipping); null = at zero.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Centre { get; init; }
}
