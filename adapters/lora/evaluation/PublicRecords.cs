using System.Security.Cryptography;
using Federated.Adapters.Models;
using Federated.Adapters.Text;

namespace Federated.Adapters;

/// <summary>
/// Records that anybody may read: one JSON object a line, with "text" (and "label", for classifiers, and "pair", where they judge two texts), "prompt" and "completion", or "messages"; or an image: "pixels" with "label".
/// Other fields are ignored.
/// </summary>
public sealed class PublicRecords
{
    private readonly IReadOnlyList<PublicRecord> _records;

    private PublicRecords(string sha256, IReadOnlyList<PublicRecord> records) => (Sha256, _records) = (sha256, records);

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
        var records = new List<PublicRecord>();
        var number = 0;
        foreach (var line in System.Text.Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                records.Add(
                    PublicRecord.Parse(line)
                        ?? throw new InvalidDataException(
                            $"{path}, line {number}: is no object with \"text\", with \"prompt\" and \"completion\", with \"messages\", or with \"pixels\"."
                        )
                );
            }
        }

        return records.Count > 0
            ? new PublicRecords(Convert.ToHexStringLower(SHA256.HashData(bytes)), records)
            : throw new InvalidDataException($"{path}: holds no record.");
    }

    /// <summary>The records as images.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="InvalidDataException">A record that the model cannot take; the message names its place among the records.</exception>
    public IReadOnlyList<ImageExample> EncodeImages(ImageClassifier model) => Each(record => record.EncodeImage(model));

    /// <summary>The records as tokens.</summary>
    /// <param name="model">The model, a classifier of which needs labels.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="maxLength">Most ids of a record, ≥ 2.</param>
    /// <param name="promptMasking">Whether prompts are context only.</param>
    /// <exception cref="InvalidDataException">A record that the model cannot take; the message names its place among the records.</exception>
    public IReadOnlyList<TokenSequence> Encode(
        AdaptableModel model,
        TextTokenizer tokenizer,
        int maxLength,
        bool promptMasking
    ) =>
        Each(record =>
        {
            var sequence = record.Encode(model as IClassifier, tokenizer, maxLength);
            return promptMasking ? sequence : sequence with { ContextIds = 1 };
        });

    private List<T> Each<T>(Func<PublicRecord, T> encode) =>
        [
            .. _records.Select(
                (record, index) =>
                {
                    try
                    {
                        return encode(record);
                    }
                    catch (Exception error) when (error is ChatTemplateException or InvalidDataException)
                    {
                        throw new InvalidDataException($"public record {index + 1}: {error.Message}", error);
                    }
                }
            ),
        ];
}
