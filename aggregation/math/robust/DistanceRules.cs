namespace Federated.Aggregation;

/// <summary>
/// Robust rules that see only distances. Each gives shares λ: its result is Σ λ x, a combination of the updates, so no rule ever holds a vector.
/// </summary>
internal static class DistanceRules
{
    /// <summary>Σ of the n − f − 2 smallest squared distances of each vector to others (at least one).</summary>
    public static double[] KrumScores(GramMatrix gram, int byzantine)
    {
        var nearest = Math.Clamp(gram.Count - byzantine - 2, 1, Math.Max(1, gram.Count - 1));
        var scores = new double[gram.Count];
        for (var i = 0; i < gram.Count; i++)
        {
            scores[i] = Enumerable
                .Range(0, gram.Count)
                .Where(j => j != i)
                .Select(j => gram.SquaredDistance(i, j))
                .Order()
                .Take(nearest)
                .Sum();
        }

        return scores;
    }

    /// <summary>Shares of the <paramref name="select"/> vectors with the least scores, in proportion to their weights. Ties go to the first.</summary>
    public static double[] Krum(GramMatrix gram, ReadOnlySpan<double> weights, int byzantine, int select)
    {
        var scores = KrumScores(gram, byzantine);
        var chosen = Enumerable
            .Range(0, gram.Count)
            .OrderBy(i => scores[i])
            .ThenBy(i => i)
            .Take(Math.Clamp(select, 1, gram.Count))
            .ToHashSet();
        var shares = new double[gram.Count];
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = chosen.Contains(i) ? weights[i] : 0;
        }

        return Normalised(shares);
    }

    /// <summary>
    /// Smoothed Weiszfeld steps: λ_i ∝ w_i ÷ max(ν, ‖v − x_i‖). They begin at the mean of vectors cut to the median norm, which hostile ones cannot move
    /// far, since a few steps from a far-away mean would not come back.
    /// </summary>
    public static double[] GeometricMedian(GramMatrix gram, ReadOnlySpan<double> weights, int iterations)
    {
        var norms = Enumerable.Range(0, gram.Count).Select(i => Math.Sqrt(gram[i, i])).ToArray();
        var median = norms.Order().ElementAt((gram.Count - 1) / 2);
        var smoothing = Math.Max(1e-6 * median, 1e-30);
        var shares = Normalised(weights.ToArray());
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] *= norms[i] > median ? median / norms[i] : 1;
        }

        for (var iteration = 0; iteration < iterations; iteration++)
        {
            var distances = gram.DistancesFrom(shares);
            for (var i = 0; i < shares.Length; i++)
            {
                shares[i] = weights[i] / Math.Max(smoothing, distances[i]);
            }

            Normalised(shares);
        }

        return shares;
    }

    /// <summary>
    /// v ← v + Σ w (x − v) min(1, radius ÷ ‖x − v‖), from the centre that the version before left, if the matrix has one more vector than there are weights, and from v = 0 otherwise.
    /// From zero the shares add up to less than 1 where the radius acts on all.
    /// </summary>
    public static double[] CenteredClip(GramMatrix gram, ReadOnlySpan<double> weights, double radius, int iterations)
    {
        var normalised = Normalised(weights.ToArray());
        var shares = new double[gram.Count];
        if (shares.Length > normalised.Length)
        {
            shares[^1] = 1;
        }

        for (var iteration = 0; iteration < iterations; iteration++)
        {
            var distances = gram.DistancesFrom(shares);
            var pulls = normalised.Select((weight, i) => weight * Math.Min(1, radius / distances[i])).ToArray();
            var keep = 1 - pulls.Sum();
            for (var i = 0; i < shares.Length; i++)
            {
                shares[i] = (keep * shares[i]) + (i < pulls.Length ? pulls[i] : 0);
            }
        }

        return shares;
    }

    private static double[] Normalised(double[] shares)
    {
        var sum = shares.Sum();
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] /= sum;
        }

        return shares;
    }
}
