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
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            Empty(json, "alpha_pattern");
            json.WriteNull("auto_mapping");
            json.WriteString("base_model_name_or_path", baseModelName);
            json.WriteString("bias", "none");
            json.WriteBoolean("fan_in_fan_out", false);
            json.WriteBoolean("inference_mode", true);
            json.WriteBoolean("init_lora_weights", true);
            json.WriteNull("layers_pattern");
            json.WriteNull("layers_to_transform");
            Empty(json, "loftq_config");
            json.WriteNumber("lora_alpha", options.Alpha);
            json.WritePropertyName("lora_dropout");
            json.WriteRawValue("0.0");
            json.WriteNull("megatron_config");
            json.WriteString("megatron_core", "megatron.core");
            json.WriteNull("modules_to_save");
            json.WriteString("peft_type", "LORA");
            json.WriteNumber("r", options.Rank);
            json.WriteStartObject("rank_pattern");
            foreach (var other in layout.Tensors.Where(tensor => tensor.Rank != options.Rank))
            {
                json.WriteNumber(other.Path, other.Rank);
            }

            json.WriteEndObject();
            json.WriteNull("revision");
            json.WriteStartArray("target_modules");
            foreach (var target in Targets(layout))
            {
                json.WriteStringValue(target);
            }

            json.WriteEndArray();
            json.WriteString("task_type", "CAUSAL_LM");
            json.WriteBoolean("use_rslora", options.Scaling == LoraScaling.RsLora);
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

    private static void Empty(Utf8JsonWriter json, string key)
    {
        json.WriteStartObject(key);
        json.WriteEndObject();
    }
}
