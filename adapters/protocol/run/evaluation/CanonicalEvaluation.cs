using System.Text.Json;

namespace Federated.Protocol;

/// <summary>The canonical form of evaluation, metrics and stop; nothing where they are absent.</summary>
internal static class CanonicalEvaluation
{
    public static void Write(Utf8JsonWriter json, EvaluationSection? evaluation)
    {
        if (evaluation is null)
        {
            return;
        }

        json.WriteStartObject("evaluation");
        json.WriteString("data", evaluation.Data);
        json.WriteNumber("every", evaluation.Every);
        if (evaluation.Prompts.Count > 0)
        {
            json.WriteStartArray("prompts");
            foreach (var prompt in evaluation.Prompts)
            {
                json.WriteStringValue(prompt);
            }

            json.WriteEndArray();
        }

        json.WriteString("sha256", evaluation.Sha256);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, MetricsSection? metrics)
    {
        if (metrics is null)
        {
            return;
        }

        json.WriteStartObject("metrics");
        json.WriteStartObject("noised");
        json.WriteNumber("every", metrics.Every);
        CanonicalValues.Double(json, "lossClip", metrics.LossClip);
        CanonicalValues.Double(json, "noiseMultiplier", metrics.NoiseMultiplier);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, StopSection? stop)
    {
        if (stop is null)
        {
            return;
        }

        json.WriteStartObject("stop");
        json.WriteStartObject("publicLoss");
        CanonicalValues.Double(json, "minDelta", stop.MinDelta);
        json.WriteNumber("patience", stop.Patience);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
