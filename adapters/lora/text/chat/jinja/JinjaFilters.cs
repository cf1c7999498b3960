using System.Globalization;
using System.Text.Encodings.Web;

namespace Federated.Adapters.Text;

/// <summary>The filters that chat templates use.</summary>
internal static class JinjaFilters
{
    /// <summary>A filter: value, arguments by position and by name.</summary>
    internal delegate object? Filter(
        object? value,
        IReadOnlyList<object?> arguments,
        IReadOnlyDictionary<string, object?> named
    );

    /// <summary>Finds a filter.</summary>
    /// <returns>The filter; null when there is none of the name.</returns>
    public static Filter? Find(string name) =>
        name switch
        {
            "trim" => (value, _, _) => JinjaValues.Text(value).Trim(),
            "length" or "count" => (value, _, _) => (long)JinjaValues.Items(value).Count(),
            "upper" => (value, _, _) => JinjaValues.Text(value).ToUpperInvariant(),
            "lower" => (value, _, _) => JinjaValues.Text(value).ToLowerInvariant(),
            "title" => (value, _, _) => Title(JinjaValues.Text(value)),
            "capitalize" => (value, _, _) => Capitalize(JinjaValues.Text(value)),
            "string" => (value, _, _) => JinjaValues.Text(value),
            "safe" => (value, _, _) => value,
            "list" => (value, _, _) => JinjaValues.Items(value).ToList(),
            "first" => (value, _, _) => JinjaValues.Items(value).DefaultIfEmpty(JinjaUndefined.Value).First(),
            "last" => (value, _, _) => JinjaValues.Items(value).DefaultIfEmpty(JinjaUndefined.Value).Last(),
            "reverse" => (value, _, _) => JinjaValues.Items(value).Reverse().ToList(),
            "items" => (value, _, _) => JinjaValues.Call(JinjaValues.Attribute(value, "items"), [], Nothing),
            "default" or "d" => Default,
            "join" => (value, arguments, _) =>
                string.Join(
                    arguments.Count > 0 ? JinjaValues.Text(arguments[0]) : "",
                    JinjaValues.Items(value).Select(JinjaValues.Text)
                ),
            "replace" => (value, arguments, _) =>
                arguments is [string part, string by, ..]
                    ? JinjaMethods.Replace(JinjaValues.Text(value), part, by)
                    : throw new ChatTemplateException("The chat template's replace has no two texts."),
            "tojson" => (value, _, _) => Json(value),
            "int" => (value, _, _) =>
                value is string text
                    ? long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
                        ? number
                        : 0
                    : JinjaValues.Calculate("//", value, 1L),
            "selectattr" => (value, arguments, _) => Select(value, arguments, keep: true),
            "rejectattr" => (value, arguments, _) => Select(value, arguments, keep: false),
            "map" => Map,
            _ => null,
        };

    internal static string Title(string text) =>
        CultureInfo.InvariantCulture.TextInfo.ToTitleCase(text.ToLowerInvariant());

    internal static string Capitalize(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    private static readonly Dictionary<string, object?> Nothing = [];

    // As json.dumps(…, ensure_ascii=False) writes it, blanks included.
    private static string Json(object? value) =>
        value switch
        {
            null or JinjaUndefined => "null",
            bool truth => truth ? "true" : "false",
            string text => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"",
            IReadOnlyList<object?> items => $"[{string.Join(", ", items.Select(Json))}]",
            Dictionary<string, object?> entries =>
                $"{{{string.Join(", ", entries.Select(entry => $"{Json(entry.Key)}: {Json(entry.Value)}"))}}}",
            _ => JinjaValues.Text(value),
        };

    private static object? Default(
        object? value,
        IReadOnlyList<object?> arguments,
        IReadOnlyDictionary<string, object?> named
    )
    {
        var alsoFalse = JinjaValues.IsTrue(arguments.ElementAtOrDefault(1) ?? named.GetValueOrDefault("boolean"));
        var missing = value is JinjaUndefined || (alsoFalse && !JinjaValues.IsTrue(value));
        return !missing ? value
            : arguments.Count > 0 ? arguments[0]
            : "";
    }

    // selectattr("role", "equalto", "user")
    private static List<object?> Select(object? value, IReadOnlyList<object?> arguments, bool keep)
    {
        if (arguments is not [string attribute, ..])
        {
            throw new ChatTemplateException("The chat template selects by no attribute.");
        }

        JinjaTests.Test test = (attributeValue, _) => JinjaValues.IsTrue(attributeValue);
        if (arguments is [_, string name, ..])
        {
            test =
                JinjaTests.Find(name)
                ?? throw new ChatTemplateException($"The chat template selects by the unknown test '{name}'.");
        }

        return
        [
            .. JinjaValues
                .Items(value)
                .Where(item => test(JinjaValues.Attribute(item, attribute), arguments.ElementAtOrDefault(2)) == keep),
        ];
    }

    private static List<object?> Map(
        object? value,
        IReadOnlyList<object?> arguments,
        IReadOnlyDictionary<string, object?> named
    )
    {
        if (named.TryGetValue("attribute", out var attribute) && attribute is string name)
        {
            return [.. JinjaValues.Items(value).Select(item => JinjaValues.Attribute(item, name))];
        }

        var filter = arguments is [string filterName, ..] ? Find(filterName) : null;
        return filter is null
            ? throw new ChatTemplateException("The chat template maps by what is no filter.")
            : [.. JinjaValues.Items(value).Select(item => filter(item, [.. arguments.Skip(1)], named))];
    }
}
