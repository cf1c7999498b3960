using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>Which pairs of ids merge, how early, and into what.</summary>
internal static class MergeTable
{
    /// <summary>Makes the table of an ordered list of pairs.</summary>
    /// <param name="vocabulary">Token → id.</param>
    /// <param name="merges">Pairs of tokens, the earliest first.</param>
    /// <param name="source">What to call the file in errors.</param>
    /// <param name="never">Ids that nothing merges into.</param>
    /// <exception cref="InvalidCheckpointException">A pair, or what it makes, is not in the vocabulary.</exception>
    public static Dictionary<(int Left, int Right), (int Rank, int Id)> Of(
        IReadOnlyDictionary<string, int> vocabulary,
        IEnumerable<(string Left, string Right)> merges,
        string source,
        IReadOnlySet<int>? never = null
    )
    {
        var table = new Dictionary<(int Left, int Right), (int Rank, int Id)>();
        var rank = 0;
        foreach (var (left, right) in merges)
        {
            int Id(string token) =>
                vocabulary.TryGetValue(token, out var id)
                    ? id
                    : throw new InvalidCheckpointException(
                        $"{source}: merge {rank + 1}, '{left} {right}', needs the token '{token}', which the vocabulary lacks."
                    );
            var (pair, whole) = ((Id(left), Id(right)), Id(left + right));
            if (never?.Contains(whole) is not true)
            {
                table.TryAdd(pair, (rank, whole));
            }

            rank++;
        }

        return table;
    }

    /// <summary>Makes the table of tokens with scores: two neighbours merge when together they are a token, the highest score first.</summary>
    /// <param name="tokens">Tokens with ids and scores.</param>
    public static Dictionary<(int Left, int Right), (int Rank, int Id)> OfScores(
        IReadOnlyList<(string Token, int Id, double Score)> tokens
    )
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, id, _) in tokens)
        {
            ids.TryAdd(token, id);
        }

        var table = new Dictionary<(int Left, int Right), (int Rank, int Id)>();
        var rank = 0;
        foreach (var (token, id, _) in tokens.OrderByDescending(token => token.Score))
        {
            for (var cut = 1; cut < token.Length; cut++)
            {
                if (ids.TryGetValue(token[..cut], out var left) && ids.TryGetValue(token[cut..], out var right))
                {
                    table.TryAdd((left, right), (rank, id));
                }
            }

            rank++;
        }

        return table;
    }
}
