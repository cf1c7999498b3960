namespace Federated.Adapters;

/// <summary>Gives the ranks of an adapter to the directions that explain most, whatever layer they are in (EVA, Paischer et al. 2024, §3.2).</summary>
internal static class RankRedistribution
{
    /// <summary>Gives out as many ranks as the layers had together; each keeps at least one.</summary>
    /// <param name="ranks">The ranks that the layers have, each ≥ 1.</param>
    /// <param name="shares">For each layer, falling, the share of its input's energy along each direction that may be taken; at least one.</param>
    /// <returns>A rank for each layer.</returns>
    public static IReadOnlyList<int> Of(IReadOnlyList<int> ranks, IReadOnlyList<double[]> shares)
    {
        int[] given = [.. ranks.Select(_ => 1)];
        var left = ranks.Sum() - given.Length;
        // Sorted by share; equal ones in the order of the layers. Falling shares make each layer's a prefix.
        var candidates = shares
            .SelectMany((layer, index) => layer.Skip(1).Select(share => (index, share)))
            .OrderByDescending(candidate => candidate.share)
            .Take(left);
        foreach (var (index, _) in candidates)
        {
            given[index]++;
        }

        return given;
    }
}
