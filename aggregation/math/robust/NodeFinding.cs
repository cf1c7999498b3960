namespace Federated.Aggregation;

/// <summary>What a robust rule made of one node's update.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Score">
/// How odd it is: its distance from the result, in multiples of the median distance; with a norm bound alone, its norm in multiples of the median
/// norm. About 1 for most nodes.
/// </param>
/// <param name="Share">Its share in the result, 0 … 1; null where each coordinate has its own.</param>
public sealed record NodeFinding(string NodeId, double Score, double? Share)
{
    /// <summary>Findings from each node's distance or norm.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="distances">One for each.</param>
    /// <param name="shares">One for each, or null.</param>
    internal static IReadOnlyList<NodeFinding> Of(
        IReadOnlyList<string> nodes,
        IReadOnlyList<double> distances,
        IReadOnlyList<double>? shares
    )
    {
        double[] sorted = [.. distances.Order()];
        var median = sorted.Length == 0 ? 0 : sorted[sorted.Length / 2];
        var unit = median > 0 ? median : Math.Max(sorted.LastOrDefault(), double.Epsilon);
        return [.. nodes.Select((node, i) => new NodeFinding(node, distances[i] / unit, shares?[i]))];
    }
}
