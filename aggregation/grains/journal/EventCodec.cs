using System.Text.Json;
using System.Text.Json.Nodes;

namespace Federated.Aggregation.Grains;

/// <summary>A family of small events as journal entries: kebab-case kinds, camelCase JSON with the version of its form.</summary>
/// <typeparam name="TEvent">What the events have in common.</typeparam>
internal sealed class EventCodec<TEvent>(params (string Kind, Type Type)[] kinds)
    where TEvent : class
{
    private const int Form = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>An event as a record to append.</summary>
    public JournalRecord Encode(TEvent entry)
    {
        var kind = kinds.Single(known => known.Type == entry.GetType()).Kind;
        var json = JsonSerializer.SerializeToNode(entry, entry.GetType(), Options)!.AsObject();
        json.Insert(0, "form", Form);
        return new JournalRecord(kind, JsonSerializer.SerializeToUtf8Bytes(json, Options));
    }

    /// <summary>An entry as an event.</summary>
    /// <exception cref="InvalidDataException">Another kind or form, or no such event.</exception>
    public TEvent Decode(JournalEntry entry)
    {
        var type =
            kinds.FirstOrDefault(known => known.Kind == entry.Kind).Type
            ?? throw new InvalidDataException(
                $"entry {entry.Sequence} has kind '{entry.Kind}', unknown to this release"
            );
        try
        {
            var json = JsonSerializer.Deserialize<JsonObject>(entry.Payload.Span, Options)!;
            return (int?)json["form"] == Form
                ? (TEvent)json.Deserialize(type, Options)!
                : throw new InvalidDataException(
                    $"entry {entry.Sequence} has form {json["form"]}; this release reads {Form}"
                );
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException(
                $"entry {entry.Sequence} ('{entry.Kind}') cannot be read: {exception.Message}",
                exception
            );
        }
    }
}
