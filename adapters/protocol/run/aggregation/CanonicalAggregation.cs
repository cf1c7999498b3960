using System.Text.Json;

namespace Federated.Protocol;

/// <summary>
/// The canonical text of the section aggregation. Keys that came later are left out where they say nothing, so that older documents keep
/// their digests.
/// </summary>
internal static class CanonicalAggregation
{
    // Keys stand in ordinal order, by hand; a test checks the written text.
    public static void Write(Utf8JsonWriter json, AggregationSection aggregation)
    {
        json.WriteStartObject("aggregation");
        if (aggregation.CentralPrivacy is { } central)
        {
            CentralPrivacy(json, central);
        }

        json.WriteString("merge", aggregation.Merge);
        Participation(json, aggregation.Participation);
        if (aggregation.Robust is { } robust)
        {
            Robust(json, robust);
        }

        ServerOptimizer(json, aggregation.ServerOptimizer);
        json.WriteStartObject("staleness");
        CanonicalValues.Double(json, "exponent", aggregation.Staleness.Exponent);
        json.WriteString("method", aggregation.Staleness.Method);
        json.WriteEndObject();
        if (aggregation.Weights != "uniform")
        {
            json.WriteString("weights", aggregation.Weights);
        }

        json.WriteEndObject();
    }

    private static void CentralPrivacy(Utf8JsonWriter json, CentralPrivacySection section)
    {
        json.WriteStartObject("centralPrivacy");
        json.WriteStartObject("budget");
        CanonicalValues.Double(json, "delta", section.BudgetDelta);
        CanonicalValues.Double(json, "epsilon", section.BudgetEpsilon);
        json.WriteEndObject();
        CanonicalValues.Double(json, "delta", section.Delta);
        CanonicalValues.Double(json, "maxUpdateNorm", section.MaxUpdateNorm);
        CanonicalValues.Double(json, "noiseMultiplier", section.NoiseMultiplier);
        json.WriteEndObject();
    }

    private static void Participation(Utf8JsonWriter json, ParticipationSection section)
    {
        json.WriteStartObject("participation");
        json.WriteNumber("cutoff", section.Cutoff);
        json.WriteString("method", section.Method);
        if (section.Probabilities.Count > 0)
        {
            json.WriteStartObject("probabilities");
            foreach (var (node, probability) in section.Probabilities.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                CanonicalValues.Double(json, node, probability);
            }

            json.WriteEndObject();
        }

        if (section.Shrinkage != 0)
        {
            CanonicalValues.Double(json, "shrinkage", section.Shrinkage);
        }

        CanonicalValues.WordOrNumber(json, "weightCap", section.WeightCap, "N", "none");
        CanonicalValues.Optional(json, "window", section.Window);
        json.WriteEndObject();
    }

    private static void ServerOptimizer(Utf8JsonWriter json, ServerOptimizerSection section)
    {
        json.WriteStartObject("serverOptimizer");
        var hasState = section.Name != "sgd";
        if (hasState)
        {
            CanonicalValues.Double(json, "beta1", section.Beta1);
            CanonicalValues.Double(json, "beta2", section.Beta2);
        }

        CanonicalValues.Double(json, "learningRate", section.LearningRate);
        json.WriteString("name", section.Name);
        if (hasState)
        {
            CanonicalValues.Double(json, "tau", section.Tau);
            CanonicalValues.WordOrNumber(json, "updateNoise", section.UpdateNoise, "none", "auto");
            json.WriteString("variant", section.Variant);
        }

        CanonicalValues.Double(json, "weightDecay", section.WeightDecay);
        json.WriteEndObject();
    }

    private static void Robust(Utf8JsonWriter json, RobustSection section)
    {
        json.WriteStartObject("robust");
        CanonicalValues.WordOrNumber(json, "bound", section.Bound, "auto", "none");
        CanonicalValues.Optional(json, "byzantine", section.Byzantine);
        CanonicalValues.Optional(json, "iterations", section.Iterations);
        json.WriteString("method", section.Method);
        if (section.Radius is { } radius)
        {
            CanonicalValues.Double(json, "radius", radius);
        }

        CanonicalValues.Optional(json, "select", section.Select);
        if (section.Trim is { } trim)
        {
            CanonicalValues.Double(json, "trim", trim);
        }

        json.WriteEndObject();
    }
}
