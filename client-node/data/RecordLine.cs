using System.Text.Json;
using Federated.Adapters.Models;
using Federated.Adapters.Text;

namespace Federated.ClientNode;

/// <summary>
/// One line of a data file, in one of these forms, each with an optional "group" and "subject":
/// <code>
///   {"text": "…"}                                   a text
///   {"text": "…", "label": "…"}                     a text and its label, by name or number, for a classifier
///   {"text": "…", "pair": "…", "label": "…"}        two texts that a classifier judges together
///   {"pixels": "…", "label": "…"}                   an image's bytes in base64, channel by channel, row by row, and its label
///   {"prompt": "…", "completion": "…"}              a context and what should follow it
///   {"messages": [{"role": "…", "content": "…"}]}   a conversation that ends with the assistant
/// </code>
/// Other fields are ignored.
/// </summary>
internal static class RecordLine
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">It is no record; the message says why without a word of it.</exception>
    public static TextRecord Parse(ReadOnlySpan<byte> line)
    {
        var fields = new Dictionary<string, string?>();
        List<ChatMessage>? messages = null;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException("is not a JSON object");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                switch (reader.GetString())
                {
                    case "text"
                    or "prompt"
                    or "completion"
                    or "group"
                    or "subject"
                    or "label"
                    or "pair"
                    or ImagePixels.Field:
                        var name = reader.GetString()!;
                        fields[name] = Value(ref reader, name);
                        break;
                    case "messages":
                        messages = Messages(ref reader);
                        break;
                    default:
                        reader.Read();
                        reader.Skip();
                        break;
                }
            }

            reader.Read(); // throws when something follows the object
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The parser's own message may quote the record.
            throw new FormatException("is not valid JSON in UTF-8");
        }

        return Record(fields, messages);
    }

    private static TextRecord Record(Dictionary<string, string?> fields, List<ChatMessage>? messages)
    {
        var (text, prompt, completion, label) = (
            fields.GetValueOrDefault("text"),
            fields.GetValueOrDefault("prompt"),
            fields.GetValueOrDefault("completion"),
            fields.GetValueOrDefault("label")
        );
        var pair = fields.GetValueOrDefault("pair");
        var (group, subject) = (fields.GetValueOrDefault("group"), fields.GetValueOrDefault("subject"));
        if (messages is not null)
        {
            return fields.Keys.All(field => field is "group" or "subject" || fields[field] is null)
                ? Conversation(messages, group) with
                {
                    Subject = subject,
                }
                : throw new FormatException("has other fields of a record beside \"messages\"");
        }

        if (fields.GetValueOrDefault(ImagePixels.Field) is { } image)
        {
            return (text ?? prompt ?? completion ?? pair) is null
                ? new TextRecord(image, group)
                {
                    IsImage = true,
                    Label = label,
                    Subject = subject,
                }
                : throw new FormatException($"has other fields of a record beside \"{ImagePixels.Field}\"");
        }

        if (text is not null && (prompt ?? completion) is not null)
        {
            throw new FormatException("has a field \"text\" beside \"prompt\" or \"completion\"");
        }

        if (text is null && completion is null)
        {
            throw new FormatException(
                prompt is null ? "has no field \"text\"" : "has a field \"prompt\" and no \"completion\""
            );
        }

        if (text is null && prompt is null)
        {
            throw new FormatException("has a field \"completion\" and no \"prompt\"");
        }

        if (text is null && (label ?? pair) is not null)
        {
            throw new FormatException($"has a field \"{(label is null ? "pair" : "label")}\" and no \"text\"");
        }

        if (pair is not null && string.IsNullOrWhiteSpace(pair))
        {
            throw new FormatException("field \"pair\" is empty");
        }

        return string.IsNullOrWhiteSpace(text ?? completion)
            ? throw new FormatException($"field \"{(text is null ? "completion" : "text")}\" is empty")
            : new TextRecord(text ?? completion!, group)
            {
                Prompt = prompt,
                Label = label,
                Pair = pair,
                Subject = subject,
            };
    }

    private static TextRecord Conversation(List<ChatMessage> messages, string? group)
    {
        if (messages is not [.., { Role: "assistant" } last] || string.IsNullOrWhiteSpace(last.Content))
        {
            throw new FormatException(
                "field \"messages\" does not end with a message of the role \"assistant\" that says something"
            );
        }

        var whole = string.Join('\n', messages.Select(message => $"{message.Role}\0{message.Content}"));
        return new TextRecord(whole, group) { Messages = messages };
    }

    private static string? Value(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number when field == "label" && reader.TryGetInt32(out var number) && number >= 0 =>
                $"{number}",
            JsonTokenType.Null when field is "group" or "subject" or "label" or "pair" => null,
            _ => throw new FormatException($"field \"{field}\" is not a string"),
        };
    }

    private static List<ChatMessage> Messages(ref Utf8JsonReader reader)
    {
        var messages = new List<ChatMessage>();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            throw new FormatException("field \"messages\" is not a list");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            messages.Add(Message(ref reader));
        }

        return messages;
    }

    private static ChatMessage Message(ref Utf8JsonReader reader)
    {
        string? role = null;
        string? content = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("field \"messages\" holds what is no object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("role"u8))
            {
                role = Value(ref reader, "role");
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                content = Value(ref reader, "content");
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return role is null || content is null
            ? throw new FormatException("field \"messages\" holds a message without \"role\" or \"content\"")
            : new ChatMessage(role, content);
    }
}
