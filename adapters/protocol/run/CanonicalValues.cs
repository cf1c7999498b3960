using System.Globalization;
using System.Text.Json;

namespace Federated.Protocol;

/// <summary>How single values stand in a canonical document.</summary>
internal static class CanonicalValues
{
    /// <summary>The shortest text that reads back to the same double; adding zero turns −0 into 0.</summary>
    public static void Double(Utf8JsonWriter json, string key, double value)
    {
        json.WritePropertyName(key);
        json.WriteRawValue((value + 0.0).ToString("R", CultureInfo.InvariantCulture));
    }

    /// <summary>One of the words, or else a number.</summary>
    public static void WordOrNumber(Utf8JsonWriter json, string key, string value, params ReadOnlySpan<string> words)
    {
        if (words.Contains(value))
        {
            json.WriteString(key, value);
        }
        else
        {
            Double(json, key, Numbers.Of(value));
        }
    }

    /// <summary>A whole number that may be absent.</summary>
    public static void Optional(Utf8JsonWriter json, string key, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(key, number);
        }
    }
}
