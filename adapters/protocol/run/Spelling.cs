namespace Federated.Protocol;

/// <summary>Guesses which known word was meant.</summary>
public static class Spelling
{
    /// <summary>The known word nearest to what was written, or null when none is near.</summary>
    /// <param name="written">A word that is not known.</param>
    /// <param name="known">Those that are.</param>
    public static string? Nearest(string written, IEnumerable<string> known)
    {
        var (best, distance) = known
            .Select(word => (Word: word, Distance: Distance(written, word)))
            .DefaultIfEmpty((Word: "", Distance: int.MaxValue))
            .MinBy(candidate => candidate.Distance);
        return distance <= Math.Max(1, Math.Min(written.Length, best.Length) / 3) ? best : null;
    }

    // Edits (insert, delete, replace, swap two neighbours) between two words, case apart (optimal string alignment).
    private static int Distance(string left, string right)
    {
        if (left.Length > 64)
        {
            return int.MaxValue;
        }

        var edits = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                edits[i, j] =
                    i == 0 ? j
                    : j == 0 ? i
                    : Math.Min(
                        Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1,
                        edits[i - 1, j - 1] + (Same(left, i - 1, right, j - 1) ? 0 : 1)
                    );
                if (i > 1 && j > 1 && Same(left, i - 1, right, j - 2) && Same(left, i - 2, right, j - 1))
                {
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
                }
            }
        }

        return edits[left.Length, right.Length];
    }

    private static bool Same(string left, int i, string right, int j) =>
        char.ToLowerInvariant(left[i]) == char.ToLowerInvariant(right[j]);
}
