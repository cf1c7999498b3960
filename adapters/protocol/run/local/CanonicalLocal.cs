using System.Text.Json;

namespace Federated.Protocol;

/// <summary>The canonical form of the section local. Keys that came later stand there only where they say something.</summary>
internal static class CanonicalLocal
{
    public static void Write(Utf8JsonWriter json, LocalSection local)
    {
        json.WriteStartObject("local");
        if (local.Accumulation != 1)
        {
            json.WriteNumber("accumulation", local.Accumulation);
        }

        Unless(json, "labelSmoothing", local.LabelSmoothing, 0);
        json.WriteNumber("maxSequenceLength", local.MaxSequenceLength);
        json.WriteStartObject("optimizer");
        CanonicalValues.Double(json, "learningRate", local.Optimizer.LearningRate);
        Unless(json, "momentum", local.Optimizer.Momentum, 0);
        json.WriteString("name", local.Optimizer.Name);
        CanonicalValues.Double(json, "weightDecay", local.Optimizer.WeightDecay);
        json.WriteEndObject();
        if (!local.PromptMasking)
        {
            json.WriteBoolean("promptMasking", false);
        }

        Unless(json, "proximal", local.Proximal, 0);
        if (local.Schedule != new ScheduleSection())
        {
            json.WriteStartObject("schedule");
            json.WriteString("name", local.Schedule.Name);
            json.WriteNumber("warmupSteps", local.Schedule.WarmupSteps);
            json.WriteEndObject();
        }

        json.WriteNumber("steps", local.Steps);
        json.WriteEndObject();
    }

    private static void Unless(Utf8JsonWriter json, string key, double value, double fallback)
    {
        if (value != fallback)
        {
            CanonicalValues.Double(json, key, value);
        }
    }
}
