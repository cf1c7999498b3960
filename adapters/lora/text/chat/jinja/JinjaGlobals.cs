namespace Federated.Adapters.Text;

/// <summary>The functions that every chat template may call. There is none that tells the time: a conversation has the same ids every day.</summary>
internal static class JinjaGlobals
{
    private const long MaxRange = 100_000;

    /// <summary>Finds a function.</summary>
    /// <returns>The function, or undefined.</returns>
    public static object Find(string name) =>
        name switch
        {
            "raise_exception" => (JinjaFunction)Raise,
            "namespace" or "dict" => (JinjaFunction)((_, named) => named.ToDictionary()),
            "range" => (JinjaFunction)Range,
            _ => JinjaUndefined.Value,
        };

    private static object? Raise(IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?> named) =>
        throw new ChatTemplateException(
            $"The chat template refuses the conversation: {(arguments.Count > 0 ? JinjaValues.Text(arguments[0]) : "it gives no reason")}"
        );

    private static List<object?> Range(IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?> named)
    {
        var bounds = arguments.OfType<long>().ToList();
        var (start, stop, step) = bounds switch
        {
            [var only] => (0, only, 1),
            [var first, var last] => (first, last, 1),
            [var first, var last, var by] when by != 0 => (first, last, by),
            _ => throw new ChatTemplateException("The chat template's range has no whole numbers."),
        };
        var items = new List<object?>();
        for (var i = start; step > 0 ? i < stop : i > stop; i += step)
        {
            items.Add(i);
            if (items.Count > MaxRange)
            {
                throw new ChatTemplateException($"The chat template's range has over {MaxRange} numbers.");
            }
        }

        return items;
    }
}
