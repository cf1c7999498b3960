using System.Text.Json;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Models;

/// <summary>Typed reads of a config.json, each of which refuses by field, value and file.</summary>
internal sealed class ConfigFields
{
    /// <summary>Largest size that is read.</summary>
    public const int MaxSize = 1 << 24;

    /// <summary>Most layers that are read.</summary>
    public const int MaxLayers = 1000;

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

    /// <summary>Reads a config.json.</summary>
    public static T Read<T>(string path, Func<ConfigFields, T> parse)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return parse(new ConfigFields(document.RootElement, path));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A string with broken UTF-8 or a lone surrogate surfaces only when it is read.
            throw new InvalidCheckpointException($"{path} is not JSON: {error.Message}", error);
        }
    }

    /// <summary>Reads a config.json whose fields are looked at later.</summary>
    public static ConfigFields Open(string path) => Read(path, fields => new ConfigFields(fields._root.Clone(), path));

    /// <summary>Where the fields are, for errors.</summary>
    public string Where => _path;

    /// <summary>The object itself.</summary>
    public JsonElement Root => _root;

    /// <summary>A field as it stands; null when it is missing or null.</summary>
    public JsonElement? Raw(string field) => Find(field);

    public InvalidCheckpointException Invalid(string field, string reason) => new($"{_path}: {field} {reason}");

    /// <summary>Refuses a value other than those named; a missing field has the first.</summary>
    public void RequireOneOf(string field, params ReadOnlySpan<string> supported)
    {
        var value = Find(field)?.ToString() ?? supported[0];
        if (!supported.Contains(value))
        {
            throw Invalid(field, $"is '{value}'; supported: {string.Join(", ", supported.ToArray())}.");
        }
    }

    /// <summary>Refuses a field that is there and not null or false.</summary>
    public void RequireAbsent(string field, string reason)
    {
        if (Find(field) is { ValueKind: not JsonValueKind.False })
        {
            throw Invalid(field, reason);
        }
    }

    /// <summary>Refuses a folder whose architectures do not hold the one that is read.</summary>
    public void RequireArchitecture(string architecture)
    {
        if (
            Find("architectures") is { ValueKind: JsonValueKind.Array } named
            && named.GetArrayLength() > 0
            && !named.EnumerateArray().Any(name => name.ToString() == architecture)
        )
        {
            throw Invalid("architectures", $"is {named.GetRawText()}; of this model_type {architecture} is supported.");
        }
    }

    public string? Text(string field) =>
        Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Invalid(field, $"is {value.GetRawText()}; it must be text.");

    /// <summary>An object among the fields, with the same typed reads.</summary>
    public ConfigFields? Section(string field) =>
        Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new ConfigFields(value, $"{_path}: {field}")
        : throw Invalid(field, $"is {value.GetRawText()}; it must be an object.");

    /// <summary>A list of texts, or null.</summary>
    public IReadOnlyList<string>? Texts(string field) =>
        Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.ToString())]
        : throw Invalid(field, $"is {value.GetRawText()}; it must be a list.");

    /// <summary>A list of whole numbers ≥ 1; empty when it is missing.</summary>
    public IReadOnlyList<int> PositiveNumbers(string field)
    {
        if (Find(field) is not { } value)
        {
            return [];
        }

        return
            value.ValueKind == JsonValueKind.Array
            && value
                .EnumerateArray()
                .All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) && number > 0)
            ? [.. value.EnumerateArray().Select(item => item.GetInt32())]
            : throw Invalid(field, $"is {value.GetRawText()}; it must be a list of whole numbers ≥ 1.");
    }

    /// <summary>The names and values of an object's fields; none when it is missing.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Entries(string field) =>
        Find(field) is not { } value ? []
        : value.ValueKind == JsonValueKind.Object
            ? [.. value.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, entry.Value.ToString()))]
        : throw Invalid(field, $"is {value.GetRawText()}; it must be an object.");

    /// <summary>A whole number from 1 to a bound that no real model comes near, so that products of two of them cannot overflow.</summary>
    public int Positive(string field, int? otherwise = null, int most = MaxSize)
    {
        if (Find(field) is not { } value)
        {
            return otherwise ?? throw Invalid(field, "is missing.");
        }

        return
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0 && number <= most
            ? number
            : throw Invalid(field, $"is {value.GetRawText()}; it must be a whole number from 1 to {most}.");
    }

    public double? PositiveNumberOrNull(string field) => Find(field) is null ? null : PositiveNumber(field, 1);

    public bool Has(string field) => Find(field) is not null;

    /// <summary>Whether the field stands there as null.</summary>
    public bool IsNull(string field) =>
        _root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Null;

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

    public int? PositiveOrNull(string field) => Find(field) is null ? null : Positive(field);

    /// <summary>A whole number ≥ 0.</summary>
    public int Index(string field, int? otherwise) =>
        Find(field) is not { } value ? otherwise ?? throw Invalid(field, "is missing.")
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 ? number
        : throw Invalid(field, $"is {value.GetRawText()}; it must be a whole number ≥ 0.");

    public bool Flag(string field, bool otherwise = false) =>
        Find(field) is not { } value
            ? otherwise
            : value.ValueKind switch
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
