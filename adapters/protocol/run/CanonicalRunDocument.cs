using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Federated.Protocol;

/// <summary>
/// The one byte sequence of a run document, over which its identity is taken: UTF-8 JSON without spaces, keys in ordinal order,
/// defaults of the first release written out, absent keys and later defaults left out, sets (targets, nodes) sorted, numbers in the shortest form that reads back
/// to the same double, durations in the largest unit that divides them. It is itself a valid run document.
/// </summary>
public static class CanonicalRunDocument
{
    /// <summary>The canonical bytes.</summary>
    /// <param name="document">A document that fulfils <see cref="RunDocumentRules"/>.</param>
    /// <returns>UTF-8 JSON.</returns>
    /// <exception cref="RunDocumentException">The document breaks a rule.</exception>
    public static byte[] Bytes(RunDocument document)
    {
        var errors = RunDocumentRules.Validate(document);
        if (errors.Count > 0)
        {
            throw new RunDocumentException(errors);
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteDocument(writer, document);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The run's identity.</summary>
    /// <param name="document">A document that fulfils <see cref="RunDocumentRules"/>.</param>
    /// <returns>SHA-256 of the canonical bytes, 64 lower-case hex digits.</returns>
    /// <exception cref="RunDocumentException">The document breaks a rule.</exception>
    public static string Digest(RunDocument document) => Digest(Bytes(document));

    /// <summary>The identity of canonical bytes.</summary>
    /// <param name="bytes">As <see cref="Bytes"/> gives them.</param>
    /// <returns>SHA-256, 64 lower-case hex digits.</returns>
    public static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Reads canonical bytes, and nothing else: other bytes with the same meaning would have another identity.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The document.</returns>
    /// <exception cref="RunDocumentException">Not a run document, or not in canonical form.</exception>
    public static RunDocument Parse(ReadOnlySpan<byte> bytes)
    {
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw NotCanonical("not UTF-8");
        }

        var document = RunDocumentYaml.Parse(text);
        return Bytes(document).AsSpan().SequenceEqual(bytes) ? document : throw NotCanonical("not in canonical form");
    }

    private static RunDocumentException NotCanonical(string reason) =>
        new([new(null, "", null, reason, "send the bytes that CanonicalRunDocument.Bytes gives")]);

    // Keys below stand in ordinal order, by hand; a test checks the written text.
    private static void WriteDocument(Utf8JsonWriter json, RunDocument document)
    {
        json.WriteStartObject();
        WriteAdapter(json, document.Adapter);
        CanonicalAggregation.Write(json, document.Aggregation);
        json.WriteStartObject("baseModel");
        json.WriteString("name", document.BaseModel.Name);
        WriteOptional(json, "packedSha256", document.BaseModel.PackedSha256);
        WriteUnless(json, "precision", document.BaseModel.Precision, "float32");
        json.WriteString("sha256", document.BaseModel.Sha256);
        json.WriteEndObject();
        CanonicalEvaluation.Write(json, document.Evaluation);
        CanonicalLocal.Write(json, document.Local);
        CanonicalEvaluation.Write(json, document.Metrics);
        WriteOptional(json, "name", document.Name);
        json.WriteStartObject("participants");
        WriteOptional(json, "group", document.Participants.Group);
        if (document.Participants.Nodes.Count > 0)
        {
            WriteSet(json, "nodes", document.Participants.Nodes);
        }

        json.WriteEndObject();
        WritePrivacy(json, document.Privacy);
        json.WriteStartObject("retention");
        WriteDuration(json, "updates", document.Retention.Updates);
        CanonicalValues.Optional(json, "versions", document.Retention.Versions);
        json.WriteEndObject();
        WriteRounds(json, document.Rounds);
        CanonicalEvaluation.Write(json, document.Stop);
        json.WriteEndObject();
    }

    private static void WriteAdapter(Utf8JsonWriter json, AdapterSection adapter)
    {
        json.WriteStartObject("adapter");
        CanonicalValues.Double(json, "alpha", adapter.Alpha);
        json.WriteString("factors", adapter.Factors);
        if (adapter.Initialisation is { } initialisation)
        {
            json.WriteStartObject("initialisation");
            json.WriteString("method", initialisation.Method);
            json.WriteString("sha256", initialisation.Sha256);
            json.WriteEndObject();
        }

        json.WriteNumber("rank", adapter.Rank);
        if (adapter.RankAllocation is { } allocation)
        {
            json.WriteStartObject("rankAllocation");
            json.WriteNumber("from", allocation.From);
            json.WriteNumber("targetRank", allocation.TargetRank);
            json.WriteNumber("to", allocation.To);
            json.WriteEndObject();
        }

        if (adapter.RankPattern.Count > 0)
        {
            json.WriteStartObject("rankPattern");
            foreach (var (pattern, rank) in adapter.RankPattern.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                json.WriteNumber(pattern, rank);
            }

            json.WriteEndObject();
        }

        json.WriteString("scaling", adapter.Scaling);
        json.WriteNumber("seed", adapter.Seed);
        WriteSet(json, "targets", adapter.Targets);
        WriteUnless(json, "updateDtype", adapter.UpdateDtype, "f32");
        json.WriteEndObject();
    }

    private static void WritePrivacy(Utf8JsonWriter json, PrivacySection privacy)
    {
        json.WriteStartObject("privacy");
        if (privacy.AdaptiveClipping is { } adaptive)
        {
            json.WriteStartObject("adaptiveClipping");
            CanonicalValues.Double(json, "learningRate", adaptive.LearningRate);
            CanonicalValues.Double(json, "noiseMultiplier", adaptive.NoiseMultiplier);
            CanonicalValues.Double(json, "targetQuantile", adaptive.TargetQuantile);
            json.WriteEndObject();
        }

        CanonicalValues.Double(json, "delta", privacy.Delta);
        json.WriteNumber("expectedBatchSize", privacy.ExpectedBatchSize);
        CanonicalValues.Double(json, "maxGradNorm", privacy.MaxGradNorm);
        CanonicalValues.Optional(json, "maxRecordsPerSubject", privacy.MaxRecordsPerSubject);
        CanonicalValues.Double(json, "maxSamplingRate", privacy.MaxSamplingRate);
        json.WriteString("mechanism", privacy.Mechanism);
        CanonicalValues.Double(json, "noiseMultiplier", privacy.NoiseMultiplier);
        if (privacy.TargetEpsilon is { } target)
        {
            CanonicalValues.Double(json, "targetEpsilon", target);
        }

        json.WriteString("unit", privacy.Unit);
        json.WriteEndObject();
    }

    private static void WriteRounds(Utf8JsonWriter json, RoundsSection rounds)
    {
        json.WriteStartObject("rounds");
        json.WriteStartObject("close");
        CanonicalValues.Optional(json, "buffer", rounds.Close.Buffer);
        CanonicalValues.Optional(json, "cohort", rounds.Close.Cohort);
        if (rounds.Close.Deadline is { } deadline)
        {
            WriteDuration(json, "deadline", deadline);
        }

        WriteDuration(json, "grace", rounds.Close.Grace);
        json.WriteString("onMissedQuorum", rounds.Close.OnMissedQuorum);
        CanonicalValues.Optional(json, "quorum", rounds.Close.Quorum);
        json.WriteEndObject();
        WriteDuration(json, "leaveAfter", rounds.LeaveAfter);
        json.WriteNumber("maxStaleness", rounds.MaxStaleness);
        json.WriteNumber("versions", rounds.Versions);
        json.WriteEndObject();
    }

    private static void WriteDuration(Utf8JsonWriter json, string key, TimeSpan value) =>
        json.WriteString(key, Durations.Format(value));

    private static void WriteSet(Utf8JsonWriter json, string key, IReadOnlyList<string> values)
    {
        json.WriteStartArray(key);
        foreach (var value in values.Order(StringComparer.Ordinal))
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    // Keys that came after the first release are left out at their default, so that older documents keep their identity.
    private static void WriteUnless(Utf8JsonWriter json, string key, string value, string @default)
    {
        if (value != @default)
        {
            json.WriteString(key, value);
        }
    }

    private static void WriteOptional(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null)
        {
            json.WriteString(key, value);
        }
    }
}
