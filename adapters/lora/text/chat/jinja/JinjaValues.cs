using System.Globalization;

namespace Federated.Adapters.Text;

/// <summary>What Python's operators do with the values of a template.</summary>
internal static class JinjaValues
{
    /// <summary>Whether a value counts as true.</summary>
    public static bool IsTrue(object? value) =>
        value switch
        {
            null or JinjaUndefined => false,
            bool truth => truth,
            long number => number != 0,
            double number => number != 0,
            string text => text.Length > 0,
            IReadOnlyCollection<object?> items => items.Count > 0,
            Dictionary<string, object?> entries => entries.Count > 0,
            _ => true,
        };

    /// <summary>A value as str() writes it.</summary>
    public static string Text(object? value) =>
        value switch
        {
            null => "None",
            JinjaUndefined => "",
            string text => text,
            bool truth => truth ? "True" : "False",
            long number => number.ToString(CultureInfo.InvariantCulture),
            double number => number.ToString(
                number % 1 == 0 && Math.Abs(number) < 1e15 ? "F1" : "R",
                CultureInfo.InvariantCulture
            ),
            _ => throw new ChatTemplateException("The chat template writes a list or dictionary as text."),
        };

    /// <summary>The items of a list, the characters of a text, the keys of a dictionary.</summary>
    public static IEnumerable<object?> Items(object? value) =>
        value switch
        {
            JinjaUndefined => [],
            string text => text.EnumerateRunes().Select(rune => (object?)rune.ToString()),
            IReadOnlyList<object?> items => items,
            Dictionary<string, object?> entries => entries.Keys,
            _ => throw new ChatTemplateException("The chat template walks through what is no list."),
        };

    /// <summary>value.name: an entry of a dictionary, or a method.</summary>
    public static object? Attribute(object? value, string name) =>
        value switch
        {
            Dictionary<string, object?> entries when entries.TryGetValue(name, out var entry) => entry,
            JinjaUndefined => throw new ChatTemplateException(
                $"The chat template asks for .{name} of what is undefined."
            ),
            _ => (object?)JinjaMethods.Find(value, name) ?? JinjaUndefined.Value,
        };

    /// <summary>value[index].</summary>
    public static object? Item(object? value, object? index) =>
        (value, index) switch
        {
            (Dictionary<string, object?> entries, string key) => entries.TryGetValue(key, out var entry)
                ? entry
                : JinjaUndefined.Value,
            (IReadOnlyList<object?> items, long at) => At(items, at),
            (string text, long at) => At([.. Items(text)], at),
            (JinjaUndefined, _) => throw new ChatTemplateException(
                "The chat template asks for an item of what is undefined."
            ),
            _ => JinjaUndefined.Value,
        };

    /// <summary>value[start:stop:step].</summary>
    public static object? Slice(object? value, object? start, object? stop, object? step)
    {
        var items = Items(value).ToList();
        var by = step as long? ?? 1;
        if (by == 0)
        {
            throw new ChatTemplateException("The chat template slices by steps of 0.");
        }

        long Bound(object? bound, long otherwise) =>
            bound is not long at
                ? otherwise
                : Math.Clamp(at < 0 ? at + items.Count : at, by > 0 ? 0 : -1, by > 0 ? items.Count : items.Count - 1);
        var taken = new List<object?>();
        var end = Bound(stop, by > 0 ? items.Count : -1);
        for (var i = Bound(start, by > 0 ? 0 : items.Count - 1); by > 0 ? i < end : i > end; i += by)
        {
            taken.Add(items[(int)i]);
        }

        return value is string ? string.Concat(taken) : taken;
    }

    /// <summary>Calls a function.</summary>
    public static object? Call(
        object? function,
        IReadOnlyList<object?> arguments,
        IReadOnlyDictionary<string, object?> named
    ) =>
        function is JinjaFunction called
            ? called(arguments, named)
            : throw new ChatTemplateException("The chat template calls what is no function here.");

    /// <summary>Whether a list, text or dictionary holds a value.</summary>
    public static bool Contains(object? holder, object? value) =>
        holder switch
        {
            string text => value is string part && text.Contains(part, StringComparison.Ordinal),
            Dictionary<string, object?> entries => value is string key && entries.ContainsKey(key),
            _ => Items(holder).Any(item => AreEqual(item, value)),
        };

    /// <summary>==, !=, &lt;, …</summary>
    public static bool Compare(string sign, object? left, object? right)
    {
        if (sign is "==" or "!=")
        {
            return AreEqual(left, right) == (sign == "==");
        }

        var order = (left, right) is (string first, string second)
            ? string.CompareOrdinal(first, second)
            : Number(left).CompareTo(Number(right));
        return sign switch
        {
            "<" => order < 0,
            ">" => order > 0,
            "<=" => order <= 0,
            _ => order >= 0,
        };
    }

    /// <summary>+, -, ~, …</summary>
    public static object? Calculate(string sign, object? left, object? right)
    {
        switch (sign, left, right)
        {
            case ("~", _, _):
                return Text(left) + Text(right);
            case ("+", string first, string second):
                return first + second;
            case ("+", IReadOnlyList<object?> first, IReadOnlyList<object?> second):
                return first.Concat(second).ToList();
            case ("*", string text, long times) when times * text.Length <= 1 << 20:
                return string.Concat(Enumerable.Repeat(text, (int)Math.Max(0, times)));
            case (_, long first, long second) when sign != "/":
                return Whole(sign, first, second);
            default:
                var (x, y) = (Number(left), Number(right));
                return sign switch
                {
                    "+" => x + y,
                    "-" => x - y,
                    "*" => x * y,
                    "/" => x / y,
                    "//" => Math.Floor(x / y),
                    _ => x - (y * Math.Floor(x / y)),
                };
        }
    }

    /// <summary>Whether two values are the same.</summary>
    public static bool AreEqual(object? left, object? right) =>
        (left, right) switch
        {
            (long or double or bool, long or double or bool) => Number(left) == Number(right),
            (IReadOnlyList<object?> first, IReadOnlyList<object?> second) => first.Count == second.Count
                && first.Zip(second).All(pair => AreEqual(pair.First, pair.Second)),
            _ => Equals(left, right),
        };

    private static long Whole(string sign, long left, long right)
    {
        if (sign is "//" or "%" && right == 0)
        {
            throw new ChatTemplateException("The chat template divides by 0.");
        }

        return sign switch
        {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            "//" => (long)Math.Floor((double)left / right),
            _ => left - (right * (long)Math.Floor((double)left / right)),
        };
    }

    private static double Number(object? value) =>
        value switch
        {
            long number => number,
            double number => number,
            bool truth => truth ? 1 : 0,
            _ => throw new ChatTemplateException(
                "The chat template calculates with what is no number, or adds text to none."
            ),
        };

    private static object? At(IReadOnlyList<object?> items, long at)
    {
        var index = at < 0 ? at + items.Count : at;
        return index >= 0 && index < items.Count ? items[(int)index] : JinjaUndefined.Value;
    }
}
