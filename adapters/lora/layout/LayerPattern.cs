namespace Federated.Adapters;

/// <summary>Which layers a name in a run document means. "*" stands for any characters, dots included.</summary>
internal static class LayerPattern
{
    /// <summary>Every linear layer that the model offers; the output layer is not among them. PEFT's word.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>The rule of PEFT's target_modules: the whole path, or a suffix of whole segments.</summary>
    public static bool IsTarget(string path, string pattern) =>
        pattern == AllLinear || Suffixes(path).Any(suffix => Fits(suffix, pattern));

    /// <summary>Any run of whole segments: "layers.0" is everything in layer 0.</summary>
    public static bool IsWithin(string path, string pattern) =>
        IsTarget($"{path}.", $"{pattern}.*") || IsTarget(path, pattern);

    private static IEnumerable<string> Suffixes(string path)
    {
        yield return path;
        for (var dot = path.IndexOf('.'); dot >= 0; dot = path.IndexOf('.', dot + 1))
        {
            yield return path[(dot + 1)..];
        }
    }

    // Greedy matching of the pieces between the stars: no backtracking, so that no pattern takes long.
    private static bool Fits(string text, string pattern)
    {
        var pieces = pattern.Split('*');
        if (pieces.Length == 1)
        {
            return text == pattern;
        }

        if (!text.StartsWith(pieces[0], StringComparison.Ordinal))
        {
            return false;
        }

        var at = pieces[0].Length;
        foreach (var piece in pieces[1..^1])
        {
            var found = text.IndexOf(piece, at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + piece.Length;
        }

        return text.Length - at >= pieces[^1].Length && text.EndsWith(pieces[^1], StringComparison.Ordinal);
    }
}
