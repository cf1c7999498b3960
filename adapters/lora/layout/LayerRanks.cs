namespace Federated.Adapters;

/// <summary>The rank of each adapted layer.</summary>
internal static class LayerRanks
{
    /// <summary>Applies rank and rankPattern.</summary>
    /// <param name="adapted">The adapted layers.</param>
    /// <param name="options">The adapter asked for.</param>
    /// <returns>A rank for each layer.</returns>
    /// <exception cref="InvalidAdapterOptionsException">
    /// A pattern matches nothing, two of different ranks match one layer, or a rank is larger than a side of its layer.
    /// </exception>
    public static IReadOnlyList<int> Of(IReadOnlyList<LinearShape> adapted, AdapterOptions options)
    {
        foreach (var (pattern, rank) in options.RankPattern)
        {
            if (rank is < 1 or > AdapterOptions.MaxRank)
            {
                throw new InvalidAdapterOptionsException(
                    $"adapter.rankPattern.\"{pattern}\" = {rank}; expected 1 … {AdapterOptions.MaxRank}."
                );
            }

            if (!adapted.Any(linear => LayerPattern.IsWithin(linear.Path, pattern)))
            {
                throw new InvalidAdapterOptionsException(
                    $"adapter.rankPattern: \"{pattern}\" matches no adapted layer, such as {adapted[0].Path}."
                );
            }
        }

        return [.. adapted.Select(linear => Of(linear, options))];
    }

    private static int Of(LinearShape linear, AdapterOptions options)
    {
        var matching = options
            .RankPattern.Where(entry => LayerPattern.IsWithin(linear.Path, entry.Key))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ToList();
        if (matching.Select(entry => entry.Value).Distinct().Count() > 1)
        {
            var names = string.Join(" and ", matching.Select(entry => $"\"{entry.Key}\": {entry.Value}"));
            throw new InvalidAdapterOptionsException(
                $"adapter.rankPattern: {names} both match {linear.Path}; write patterns that do not overlap."
            );
        }

        var rank = matching.Count > 0 ? matching[0].Value : options.Rank;
        var field = matching.Count > 0 ? $"adapter.rankPattern.\"{matching[0].Key}\"" : "adapter.rank";
        var smaller = Math.Min(linear.InFeatures, linear.OutFeatures);
        return rank <= smaller
            ? rank
            : throw new InvalidAdapterOptionsException(
                $"{field} = {rank} is larger than {linear.Path} ({linear.OutFeatures} × {linear.InFeatures}); at most {smaller}."
            );
    }
}
