using System.Text.Json;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Text;

/// <summary>Which tokens begin and end a text: ids from config.json, otherwise names from tokenizer_config.json.</summary>
internal sealed record SpecialTokens(int? BosId, int? EosId, string? BosToken, string? EosToken)
{
    public static SpecialTokens Read(string folder)
    {
        var config = Parse(Path.Combine(folder, "config.json"));
        var tokenizer = Parse(Path.Combine(folder, "tokenizer_config.json"));
        return new SpecialTokens(
            Id(config, "bos_token_id"),
            Id(config, "eos_token_id"),
            Token(tokenizer, "bos_token"),
            Token(tokenizer, "eos_token")
        );
    }

    /// <summary>Fills ids that config.json does not give by looking the tokens' names up.</summary>
    public SpecialTokens ByName(IReadOnlyDictionary<string, int> vocabulary) =>
        this with
        {
            BosId = BosId ?? Find(vocabulary, BosToken),
            EosId = EosId ?? Find(vocabulary, EosToken),
        };

    private static int? Find(IReadOnlyDictionary<string, int> vocabulary, string? token) =>
        token is not null && vocabulary.TryGetValue(token, out var id) ? id : null;

    private static JsonElement? Parse(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException error)
        {
            throw new InvalidCheckpointException($"{path} is not JSON: {error.Message}", error);
        }
    }

    // An id, or a list of ids of which the first counts.
    private static int? Id(JsonElement? root, string field)
    {
        if (root is not { } fields || !fields.TryGetProperty(field, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0)
        {
            value = value[0];
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id >= 0 ? id : null;
    }

    // A string, or an object with the string in "content".
    private static string? Token(JsonElement? root, string field)
    {
        if (root is not { } fields || !fields.TryGetProperty(field, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content))
        {
            value = content;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
