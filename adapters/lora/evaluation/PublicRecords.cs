using System.Security.Cryptography;
using System.Text.Json;
using Federated.Adapters.Text;

namespace Federated.Adapters;

/// <summary>Records that anybody may read: one JSON object a line, with "text", or "prompt" and "completion". Other fields are ignored.</summary>
public sealed class PublicRecords
{
    private readonly IReadOnlyList<(string? Prompt, string Text)> _records;

    private PublicRecords(string sha256, IReadOnlyList<(string? Prompt, string Text)> records) =>
        (Sha256, _records) = (sha256, records);

    /// <summary>SHA-256 of the file, 64 lower-case hex digits.</summary>
    public string Sha256 { get; }

    /// <summary>Number of records, ≥ 1.</summary>
    public int Count => _records.Count;

    /// <summary>Reads a file.</summary>
    /// <param name="path">A JSONL file in UTF-8.</param>
    /// <exception cref="InvalidDataException">A line that is no record, or no record at all; the message names file and line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PublicRecords Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var records = new List<(string? Prompt, string Text)>();
        var number = 0;
        foreach (var line in System.Text.Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                records.Add(
                    Parse(line)
                        ?? throw new InvalidDataException(
                            $"{path}, line {number}: is no object with \"text\", or with \"prompt\" and \"completion\"."
                        )
                );
            }
        }

        return records.Count > 0
            ? new PublicRecords(Convert.ToHexStringLower(SHA256.HashData(bytes)), records)
            : throw new InvalidDataException($"{path}: holds no record.");
    }

    /// <summary>The records as tokens.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maxLength">Most ids of a record, ≥ 2.</param>
    /// <param name="promptMasking">Whether prompts are context only.</param>
    public IReadOnlyList<TokenSequence> Encode(TextTokenizer tokenizer, int maxLength, bool promptMasking) =>
        [
            .. _records.Select(record =>
                record.Prompt is null ? TokenSequence.Encode(tokenizer, record.Text, maxLength)
                : promptMasking ? TokenSequence.Encode(tokenizer, record.Prompt, record.Text, maxLength)
                : TokenSequence.Encode(tokenizer, record.Prompt, record.Text, maxLength) with { ContextIds = 1 }
            ),
        ];

    private static (string? Prompt, string Text)? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var text = Text(document.RootElement, "text");
            var prompt = Text(document.RootElement, "prompt");
            var completion = Text(document.RootElement, "completion");
            return (text, prompt, completion) switch
            {
                ({ }, null, null) => (null, text),
                (null, { }, { }) => (prompt, completion),
                _ => null,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement record, string field) =>
        record.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
