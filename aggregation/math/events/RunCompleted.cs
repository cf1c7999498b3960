using System.Text.Json.Serialization;

namespace Federated.Aggregation;

/// <summary>All versions are published, or the run's own rule has ended it.</summary>
/// <param name="At">When, UTC.</param>
public sealed record RunCompleted(DateTimeOffset At) : RunEvent(At)
{
    /// <summary>Why before the last version; null when all are published.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Because { get; init; }
}
