using System.Text.Json;
using Federated.Adapters.Models;
using Federated.Adapters.Text;

namespace Federated.Adapters;

/// <summary>One record that anybody may read.</summary>
/// <param name="Text">The text, an image in base64, or what follows <paramref name="Prompt"/>; empty in a conversation.</param>
/// <param name="Prompt">The context before the text; null: none.</param>
/// <param name="Label">The text's label; null: none.</param>
/// <param name="Pair">The second text of a pair, for classifiers; null: none.</param>
/// <param name="Messages">A conversation; null: a text.</param>
internal sealed record PublicRecord(
    string Text,
    string? Prompt,
    string? Label,
    string? Pair,
    IReadOnlyList<ChatMessage>? Messages
)
{
    /// <summary>Whether the record is an image.</summary>
    public bool IsImage { get; init; }

    /// <summary>Reads a line.</summary>
    /// <returns>The record; null when the line is none.</returns>
    public static PublicRecord? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var (text, prompt, completion) = (Field(root, "text"), Field(root, "prompt"), Field(root, "completion"));
            if (Field(root, ImagePixels.Field) is { } image)
            {
                return (text ?? prompt ?? completion) is null
                    ? new PublicRecord(image, null, LabelOf(root), null, null) { IsImage = true }
                    : null;
            }

            var messages = root.TryGetProperty("messages", out var turns) ? Turns(turns) : null;
            return (text, prompt, completion, messages) switch
            {
                ({ }, null, null, null) => new PublicRecord(text, null, LabelOf(root), Field(root, "pair"), null),
                (null, { }, { }, null) => new PublicRecord(completion, prompt, null, null, null),
                (null, null, null, [.., { Role: "assistant" }]) => new PublicRecord("", null, null, null, messages),
                _ => null,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The record as tokens.</summary>
    /// <exception cref="ChatTemplateException">The model has no chat template for a conversation, or it refuses it.</exception>
    /// <exception cref="InvalidDataException">A classifier has no such label.</exception>
    public TokenSequence Encode(IClassifier? classifier, TextTokenizer tokenizer, int maxLength)
    {
        if (IsImage || classifier is ImageClassifier)
        {
            throw new InvalidDataException("images are for image classifiers, and texts are not");
        }

        if (classifier is not null)
        {
            var label =
                ClassifierLabels.Find(classifier, Label)
                ?? throw new InvalidDataException("a classifier needs a text and one of its labels");
            return Pair is null
                ? TokenSequence.EncodeLabelled(tokenizer, Text, label, maxLength)
                : TextPair.Encode(tokenizer, PairModel(classifier, maxLength), Text, Pair, label, maxLength);
        }

        if (Pair is not null)
        {
            throw new InvalidDataException(
                "has a field \"pair\", which only a text classifier takes; use prompt and completion"
            );
        }

        return Messages is not null ? TokenSequence.Encode(tokenizer, Messages, maxLength)
            : Prompt is not null ? TokenSequence.Encode(tokenizer, Prompt, Text, maxLength)
            : TokenSequence.Encode(tokenizer, Text, maxLength);
    }

    /// <summary>The record as an image with its label.</summary>
    /// <exception cref="InvalidDataException">It is no image of the model's size, or has no label of the model.</exception>
    public ImageExample EncodeImage(ImageClassifier classifier)
    {
        if (!IsImage || ClassifierLabels.Find(classifier, Label) is not { } label)
        {
            throw new InvalidDataException("an image classifier needs an image and one of its labels");
        }

        try
        {
            var config = classifier.Config;
            return new(ImagePixels.Read(config, Text), (config.Channels, config.Height, config.Width), label);
        }
        catch (FormatException error)
        {
            throw new InvalidDataException(error.Message, error);
        }
    }

    private static BertConfig PairModel(IClassifier classifier, int maxLength) =>
        maxLength < TextPair.MinLength
            ? throw new InvalidDataException(
                $"a pair needs a maxSequenceLength of {TextPair.MinLength} or more; it is {maxLength}"
            )
            : (classifier as SequenceClassifier)?.Config
                ?? throw new InvalidDataException("is a pair, and the model takes no texts");

    private static string? LabelOf(JsonElement record) =>
        record.TryGetProperty("label", out var value) && value.ValueKind == JsonValueKind.Number
            ? value.GetRawText()
            : Field(record, "label");

    private static List<ChatMessage> Turns(JsonElement turns) =>
        [
            .. turns
                .EnumerateArray()
                .Select(turn => new ChatMessage(
                    turn.GetProperty("role").GetString() ?? "",
                    turn.GetProperty("content").GetString() ?? ""
                )),
        ];

    private static string? Field(JsonElement record, string field) =>
        record.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
