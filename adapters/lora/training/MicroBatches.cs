namespace Federated.Adapters;

/// <summary>Cuts a sampled batch into pieces that fit in memory, records of like length together so that little is padding.</summary>
/// <remarks>
/// Safe for privacy: which records were drawn is decided before. Here a batch only falls into pieces; each record's gradient is its
/// own in any piece, each is clipped alone, and the sum does not know the order.
/// </remarks>
public static class MicroBatches
{
    /// <summary>Plans the pieces.</summary>
    /// <param name="lengths">Number of ids of each record of the batch; may be empty.</param>
    /// <param name="maxTokens">Most ids, padding included, in one piece; a longer record gets a piece of its own.</param>
    /// <returns>Positions in <paramref name="lengths"/>, each exactly once; none for an empty batch.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> Plan(IReadOnlyList<int> lengths, int maxTokens)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        var pieces = new List<IReadOnlyList<int>>();
        var piece = new List<int>();
        // Longest first: the largest piece comes first, so that a budget that is too large fails at the start.
        foreach (var index in Enumerable.Range(0, lengths.Count).OrderByDescending(index => lengths[index]))
        {
            if (piece.Count > 0 && (piece.Count + 1L) * lengths[piece[0]] > maxTokens)
            {
                pieces.Add(piece);
                piece = [];
            }

            piece.Add(index);
        }

        if (piece.Count > 0)
        {
            pieces.Add(piece);
        }

        return pieces;
    }
}
