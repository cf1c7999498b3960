namespace Federated.Aggregation;

/// <summary>What a node is to a run.</summary>
public enum NodeStanding
{
    /// <summary>Its owner has accepted the document; it counts in N.</summary>
    Admitted,

    /// <summary>Its owner has declined.</summary>
    Declined,

    /// <summary>The operator has taken it out.</summary>
    Suspended,

    /// <summary>It was silent for too long; it comes back by showing up.</summary>
    Left,
}
