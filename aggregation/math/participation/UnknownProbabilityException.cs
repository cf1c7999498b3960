namespace Federated.Aggregation;

/// <summary>Weights by known probabilities, and a node that has none.</summary>
public sealed class UnknownProbabilityException(string nodeId)
    : Exception($"node {nodeId} has no probability; aggregation.participation.probabilities names it")
{
    /// <summary>The node.</summary>
    public string NodeId { get; } = nodeId;
}
