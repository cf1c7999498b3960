namespace Federated.Adapters.Text;

/// <summary>Arranges the matches at which a text was cut, and what lies between them.</summary>
internal static class SplitParts
{
    /// <summary>Gives the parts that a behaviour makes of them.</summary>
    /// <param name="parts">Matches and what lies between, in order; none is empty.</param>
    /// <param name="behavior">What becomes of the matches.</param>
    public static IEnumerable<string> Arrange(List<(string Text, bool Matched)> parts, SplitBehavior behavior) =>
        behavior switch
        {
            SplitBehavior.Removed => parts.Where(part => !part.Matched).Select(part => part.Text),
            SplitBehavior.Isolated => parts.Select(part => part.Text),
            SplitBehavior.Contiguous => Joined(parts, (before, part) => before.Matched == part.Matched),
            SplitBehavior.MergedWithPrevious => Joined(parts, (before, part) => !before.Matched && part.Matched),
            _ => Joined(parts, (before, part) => before.Matched && !part.Matched),
        };

    // Joins a part to the one before it where both say so.
    private static List<string> Joined(
        List<(string Text, bool Matched)> parts,
        Func<(string Text, bool Matched), (string Text, bool Matched), bool> joins
    )
    {
        var joined = new List<string>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0 && joins(parts[i - 1], parts[i]))
            {
                joined[^1] += parts[i].Text;
            }
            else
            {
                joined.Add(parts[i].Text);
            }
        }

        return joined;
    }
}
