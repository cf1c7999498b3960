using System.Text.Json;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Models;

/// <summary>Typed reads of a config.json, each of which refuses by field, value and file.</summary>
internal sealed class ConfigFields
{
    private readonly JsonElement _root;
    private readonly string _path;

    public ConfigFields(JsonElement root, string path)
    {
        _root = root;
        _path = path;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidCheckpointException($"{path} is a JSON {root.ValueKind}, not an object.");
        }
    }

    public InvalidCheckpointException Invalid(string field, string reason) => new($"{_path}: {field} {reason}");

    public void Require(string field, string supported)
    {
        var value = Find(field)?.ToString();
        if (value != supported)
        {
            throw Invalid(field, $"is '{value ?? "missing"}'; only '{supported}' is supported.");
        }
    }

    public void RequireFalse(string field)
    {
        if (Flag(field))
        {
            throw Invalid(field, "is true; biases are not supported.");
        }
    }

    /// <summary>Refuses scaled rotary embeddings, in the older and in the newer layout of the field.</summary>
    public void RequirePlainRope()
    {
        foreach (var field in new[] { "rope_scaling", "rope_parameters" })
        {
            if (Find(field) is { ValueKind: JsonValueKind.Object } rope)
            {
                var type =
                    rope.TryGetProperty("rope_type", out var named) || rope.TryGetProperty("type", out named)
                        ? named.ToString()
                        : "default";
                if (type != "default")
                {
                    throw Invalid(field, $"has the type '{type}'; only plain rotary embedding is supported.");
                }
            }
        }
    }

    public double RopeTheta()
    {
        var nested =
            Find("rope_parameters") is { ValueKind: JsonValueKind.Object } rope
            && rope.TryGetProperty("rope_theta", out var theta)
            && theta.ValueKind == JsonValueKind.Number
                ? theta.GetDouble()
                : 10_000;
        return PositiveNumber("rope_theta", nested);
    }

    public int Positive(string field, int? otherwise = null)
    {
        if (Find(field) is not { } value)
        {
            return otherwise ?? throw Invalid(field, "is missing.");
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0
            ? number
            : throw Invalid(field, $"is {value.GetRawText()}; it must be a whole number ≥ 1.");
    }

    public double PositiveNumber(string field, double otherwise)
    {
        if (Find(field) is not { } value)
        {
            return otherwise;
        }

        return value.ValueKind == JsonValueKind.Number && value.GetDouble() is > 0 and < double.PositiveInfinity
            ? value.GetDouble()
            : throw Invalid(field, $"is {value.GetRawText()}; it must be a number > 0.");
    }

    public bool Flag(string field) =>
        Find(field) is { } value
        && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Invalid(field, $"is {value.GetRawText()}; it must be true or false."),
        };

    /// <summary>One id, or the first of a list of ids.</summary>
    public int? TokenId(string field)
    {
        if (Find(field) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0)
        {
            value = value[0];
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id >= 0
            ? id
            : throw Invalid(field, $"is {value.GetRawText()}; it must be a token id.");
    }

    private JsonElement? Find(string field) =>
        _root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
