using System.Text.Json.Serialization;

namespace Federated.Aggregation;

/// <summary>A node's owner has accepted the document.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="NodeId">The node.</param>
public sealed record NodeAdmitted(DateTimeOffset At, string NodeId) : RunEvent(At)
{
    /// <summary>How many records (or subjects) the owner declared, in runs that weigh by it. ≥ 1; null in others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? DeclaredRecords { get; init; }
}
