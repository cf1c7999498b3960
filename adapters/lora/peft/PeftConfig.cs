using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Federated.Adapters;

/// <summary>adapter_config.json as the PEFT library writes it for LoRA: the fields that every PEFT since 0.8 knows, sorted.</summary>
internal static class PeftConfig
{
    public const string FileName = "adapter_config.json";

    // People read this file: names with < or + stay as they are.
    private static readonly JsonWriterOptions Layout = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Write(AdapterLayout layout, string baseModelName)
    {
        var options = layout.Options;
        return Write(
            baseModelName,
            options.Rank,
            options.Alpha,
            options.Scaling == LoraScaling.RsLora,
            [.. layout.Tensors.Where(tensor => tensor.Rank != options.Rank).Select(other => (other.Path, other.Rank))],
            [],
            Targets(layout),
            PeftModelFacts.Of([.. layout.Tensors.Select(tensor => tensor.Path)])
        );
    }

    /// <summary>Ranks and scales as they are: scale = alpha ÷ rank, with the rank and the scale that most layers have written once.</summary>
    public static byte[] Write(PeftAdapter adapter)
    {
        var (rank, scale) = adapter
            .Layers.GroupBy(layer => (layer.Rank, layer.Scale))
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key)
            .First()
            .Key;
        return Write(
            adapter.BaseModelName,
            rank,
            scale * rank,
            false,
            [.. adapter.Layers.Where(layer => layer.Rank != rank).Select(layer => (layer.Path, layer.Rank))],
            [
                .. adapter
                    .Layers.Where(layer => layer.Scale * layer.Rank != scale * rank)
                    .Select(layer => (layer.Path, layer.Scale * layer.Rank)),
            ],
            adapter.Layers.Select(layer => layer.Path),
            PeftModelFacts.Of([.. adapter.Layers.Select(layer => layer.Path)])
        );
    }

    private static byte[] Write(
        string baseModelName,
        int rank,
        double alpha,
        bool rsLora,
        IReadOnlyList<(string Path, int Rank)> ranks,
        IReadOnlyList<(string Path, double Alpha)> alphas,
        IEnumerable<string> targets,
        PeftModelFacts model
    )
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            json.WriteStartObject("alpha_pattern");
            foreach (var (path, other) in alphas)
            {
                json.WriteNumber(path, other);
            }

            json.WriteEndObject();
            json.WriteNull("auto_mapping");
            json.WriteString("base_model_name_or_path", baseModelName);
            json.WriteString("bias", "none");
            json.WriteBoolean("fan_in_fan_out", model.FanInFanOut);
            json.WriteBoolean("inference_mode", true);
            json.WriteBoolean("init_lora_weights", true);
            json.WriteNull("layers_pattern");
            json.WriteNull("layers_to_transform");
            json.WriteStartObject("loftq_config");
            json.WriteEndObject();
            json.WriteNumber("lora_alpha", alpha);
            json.WritePropertyName("lora_dropout");
            json.WriteRawValue("0.0");
            json.WriteNull("megatron_config");
            json.WriteString("megatron_core", "megatron.core");
            json.WriteNull("modules_to_save");
            json.WriteString("peft_type", "LORA");
            json.WriteNumber("r", rank);
            json.WriteStartObject("rank_pattern");
            foreach (var (path, other) in ranks)
            {
                json.WriteNumber(path, other);
            }

            json.WriteEndObject();
            json.WriteNull("revision");
            json.WriteStartArray("target_modules");
            foreach (var target in targets)
            {
                json.WriteStringValue(target);
            }

            json.WriteEndArray();
            json.WriteString("task_type", model.TaskType);
            json.WriteBoolean("use_rslora", rsLora);
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    // PEFT reads a list of names as suffixes and knows no patterns in it: where there are some, each layer is named in full.
    private static IEnumerable<string> Targets(AdapterLayout layout) =>
        layout.Options.Targets.Any(target =>
            target == LayerPattern.AllLinear || target.Contains('*', StringComparison.Ordinal)
        )
            ? layout.Tensors.Select(tensor => tensor.Path)
            : layout.Options.Targets;
}
