using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Federated.Aggregation;

/// <summary>Run events as journal entries: a kebab-case kind and UTF-8 JSON with the version of its form.</summary>
/// <remarks>
/// Kinds and member names are never changed once released. A new member is optional with a default; anything else is a new form,
/// and old forms stay readable.
/// </remarks>
public static class RunEventCodec
{
    /// <summary>The form that is written.</summary>
    public const int Form = 1;

    private static readonly FrozenDictionary<string, Type> TypeOfKind = new Dictionary<string, Type>
    {
        ["run-drafted"] = typeof(RunDrafted),
        ["recruiting-opened"] = typeof(RecruitingOpened),
        ["node-admitted"] = typeof(NodeAdmitted),
        ["node-declined"] = typeof(NodeDeclined),
        ["node-suspended"] = typeof(NodeSuspended),
        ["node-reinstated"] = typeof(NodeReinstated),
        ["node-left"] = typeof(NodeLeft),
        ["node-returned"] = typeof(NodeReturned),
        ["version-opened"] = typeof(VersionOpened),
        ["update-accepted"] = typeof(UpdateAccepted),
        ["deadline-moved"] = typeof(DeadlineMoved),
        ["version-closed"] = typeof(VersionClosed),
        ["staleness-decided"] = typeof(StalenessDecided),
        ["version-published"] = typeof(VersionPublished),
        ["version-evaluated"] = typeof(VersionEvaluated),
        ["updates-swept"] = typeof(UpdatesSwept),
        ["run-paused"] = typeof(RunPaused),
        ["run-resumed"] = typeof(RunResumed),
        ["run-completed"] = typeof(RunCompleted),
        ["run-failed"] = typeof(RunFailed),
        ["run-cancelled"] = typeof(RunCancelled),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<Type, string> KindOfType = TypeOfKind.ToFrozenDictionary(
        pair => pair.Value,
        pair => pair.Key
    );

    /// <summary>All kinds, in ordinal order.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. TypeOfKind.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The kind of an event.</summary>
    public static string KindOf(RunEvent runEvent) => KindOfType[runEvent.GetType()];

    /// <summary>An event's JSON.</summary>
    public static byte[] Encode(RunEvent runEvent)
    {
        JsonObject json = JsonSerializer
            .SerializeToNode(runEvent, runEvent.GetType(), AggregationJson.Options)!
            .AsObject();
        json.Insert(0, "form", Form);
        return JsonSerializer.SerializeToUtf8Bytes(json, AggregationJson.Options);
    }

    /// <summary>Reads an event.</summary>
    /// <exception cref="UnreadableRunEventException">Another kind or form, or JSON that is not such an event.</exception>
    public static RunEvent Decode(string kind, ReadOnlySpan<byte> payload)
    {
        if (!TypeOfKind.TryGetValue(kind, out Type? type))
        {
            throw new UnreadableRunEventException(
                $"kind '{kind}' is unknown to this release; run the release that wrote it, or a later one"
            );
        }

        try
        {
            JsonObject json =
                JsonSerializer.Deserialize<JsonObject>(payload, AggregationJson.Options)
                ?? throw new UnreadableRunEventException($"'{kind}' holds null");
            var form = (int?)json["form"];
            if (form != Form)
            {
                throw new UnreadableRunEventException(
                    $"'{kind}' has form {form?.ToString() ?? "none"}; this release reads form {Form}"
                );
            }

            return (RunEvent)json.Deserialize(type, AggregationJson.Options)!;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new UnreadableRunEventException($"'{kind}' cannot be read: {exception.Message}", exception);
        }
    }
}
