namespace Federated.Aggregation;

/// <summary>Why a deadline was moved.</summary>
public enum DeadlineMove
{
    /// <summary>Too few nodes had reported.</summary>
    QuorumMissed,

    /// <summary>The silo was down, and nodes must not pay for that.</summary>
    Downtime,
}
