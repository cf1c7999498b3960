using System.Text.Json;
using System.Text.Json.Serialization;

namespace Federated.Silo;

/// <summary>How the operator API writes JSON, and its client reads it: camelCase, enums by name.</summary>
internal static class SiloJson
{
    public static readonly JsonSerializerOptions Options = Apply(new JsonSerializerOptions());

    public static readonly JsonSerializerOptions Indented = new(Options) { WriteIndented = true };

    public static JsonSerializerOptions Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = true;
        // A number that JSON has no word for must not take a whole answer away.
        options.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        return options;
    }
}
