namespace Federated.Adapters.Text;

/// <summary>The methods of Python's texts and dictionaries that chat templates call.</summary>
internal static class JinjaMethods
{
    /// <summary>Finds a method.</summary>
    /// <returns>The method, bound to the value; null when there is none of the name.</returns>
    public static JinjaFunction? Find(object? value, string name) =>
        value switch
        {
            string text => OfText(text, name),
            Dictionary<string, object?> entries => OfDictionary(entries, name),
            _ => null,
        };

    private static JinjaFunction? OfText(string text, string name) =>
        name switch
        {
            "strip" => (arguments, _) => Strip(text, arguments, left: true, right: true),
            "lstrip" => (arguments, _) => Strip(text, arguments, left: true, right: false),
            "rstrip" => (arguments, _) => Strip(text, arguments, left: false, right: true),
            "upper" => (_, _) => text.ToUpperInvariant(),
            "lower" => (_, _) => text.ToLowerInvariant(),
            "title" => (_, _) => JinjaFilters.Title(text),
            "capitalize" => (_, _) => JinjaFilters.Capitalize(text),
            "startswith" => (arguments, _) => text.StartsWith(Part(arguments, 0), StringComparison.Ordinal),
            "endswith" => (arguments, _) => text.EndsWith(Part(arguments, 0), StringComparison.Ordinal),
            "replace" => (arguments, _) => Replace(text, Part(arguments, 0), Part(arguments, 1)),
            "find" => (arguments, _) => (long)text.IndexOf(Part(arguments, 0), StringComparison.Ordinal),
            "split" => (arguments, _) => Split(text, arguments),
            _ => null,
        };

    private static JinjaFunction? OfDictionary(Dictionary<string, object?> entries, string name) =>
        name switch
        {
            "items" => (_, _) =>
                entries.Select(entry => (object?)new List<object?> { entry.Key, entry.Value }).ToList(),
            "keys" => (_, _) => entries.Keys.Cast<object?>().ToList(),
            "values" => (_, _) => entries.Values.ToList(),
            "get" => (arguments, _) =>
                entries.TryGetValue(Part(arguments, 0), out var found) ? found
                : arguments.Count > 1 ? arguments[1]
                : null,
            _ => null,
        };

    internal static string Replace(string text, string part, string by) =>
        part.Length == 0 ? text : text.Replace(part, by, StringComparison.Ordinal);

    private static string Strip(string text, IReadOnlyList<object?> arguments, bool left, bool right)
    {
        char[]? characters = arguments is [string given] ? given.ToCharArray() : null;
        text = left ? text.TrimStart(characters) : text;
        return right ? text.TrimEnd(characters) : text;
    }

    private static List<object?> Split(string text, IReadOnlyList<object?> arguments)
    {
        var most =
            arguments is [_, long limit] && limit >= 0 ? (int)Math.Min(limit, int.MaxValue - 1) + 1 : int.MaxValue;
        return arguments is [string separator, ..] && separator.Length > 0
            ? [.. text.Split(separator, most)]
            : [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string Part(IReadOnlyList<object?> arguments, int index) =>
        index < arguments.Count && arguments[index] is string part
            ? part
            : throw new ChatTemplateException("The chat template gives a text's method no text.");
}
