namespace Federated.Aggregation;

/// <summary>
/// What the nodes stand for in the objective f = Σ q F: q = a node's size ÷ the sizes of all N nodes (McMahan et al. 2017, eq. 1). Every size is 1, so
/// that q = 1 ÷ N, or what the owners declared.
/// </summary>
/// <param name="Total">Σ over the nodes of the run, however many reported. &gt; 0.</param>
/// <param name="Of">A node's size, by id. &gt; 0.</param>
public sealed record NodeSizes(double Total, Func<string, double> Of)
{
    /// <summary>All count the same.</summary>
    /// <param name="nodes">N. ≥ 1.</param>
    public static NodeSizes Equal(int nodes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        return new(nodes, _ => 1);
    }

    /// <summary>1 ÷ q of a node: N when all count the same.</summary>
    public double InverseShare(string nodeId) => Total / Of(nodeId);
}
