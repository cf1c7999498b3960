using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Federated.ClientNode;

/// <summary>How the node's own JSON files look.</summary>
internal static class NodeJson
{
    /// <summary>camelCase, indented; names that are missing or unknown are errors.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The same without line breaks.</summary>
    public static readonly JsonSerializerOptions OneLine = new(Options) { WriteIndented = false };
}
