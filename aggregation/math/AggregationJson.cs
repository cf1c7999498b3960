using System.Text.Json;
using System.Text.Json.Serialization;

namespace Federated.Aggregation;

/// <summary>How this room writes JSON: camelCase names, enum names in camelCase, nulls written, numbers that read back as the same bits.</summary>
internal static class AggregationJson
{
    internal static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
