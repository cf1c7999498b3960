using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Federated.Adapters;

/// <summary>The two files of a PEFT adapter as bytes, made without a tensor library, so that a silo needs none.</summary>
public static class PeftFiles
{
    /// <summary>Name of the weights' file.</summary>
    public const string WeightsName = "adapter_model.safetensors";

    /// <summary>What the metadata entry "privacy" of a file says whose numbers were made without a guarantee.</summary>
    public const string NotPrivate = "not private: do not share";

    internal const string PrivacyKey = "privacy";

    /// <summary>Name of the configuration's file.</summary>
    public const string ConfigName = PeftConfig.FileName;

    /// <summary>adapter_config.json.</summary>
    /// <param name="layout">The adapter's layout.</param>
    /// <param name="baseModelName">What base_model_name_or_path says.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Config(AdapterLayout layout, string baseModelName)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return PeftConfig.Write(layout, baseModelName);
    }

    /// <summary>adapter_model.safetensors: A and B of every adapted layer, float32.</summary>
    /// <param name="layout">The whole adapter's layout; frozen factors are made from its seed.</param>
    /// <param name="values"><see cref="AdapterLayout.Count"/> finite numbers.</param>
    /// <param name="isPrivate">False: the file is marked <see cref="NotPrivate"/>.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ArgumentException">Another number of values, or one that is not finite.</exception>
    public static byte[] Weights(AdapterLayout layout, ReadOnlySpan<float> values, bool isPrivate = true)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (values.Length != layout.Count || FiniteValues.IndexOfNotFinite(values) >= 0)
        {
            throw new ArgumentException(
                $"{values.Length} values; expected {layout.Count}, all finite.",
                nameof(values)
            );
        }

        var tensors = new SortedDictionary<string, (long Rows, long Columns, float[] Elements)>(StringComparer.Ordinal);
        foreach (var adapted in layout.Tensors)
        {
            var a = adapted.Holds.HasFlag(HeldFactors.A)
                ? values.Slice((int)adapted.OffsetOfA, adapted.LengthOfA).ToArray()
                : layout.InitialA(adapted);
            var b = layout.WholeB(adapted, values);
            tensors.Add(PeftFolder.NameOfA(adapted.Path), (adapted.Rank, adapted.InFeatures, a));
            tensors.Add(PeftFolder.NameOfB(adapted.Path), (adapted.OutFeatures, adapted.Rank, b));
        }

        return Weights(tensors, isPrivate);
    }

    /// <summary>A safetensors file of float32 matrices.</summary>
    internal static byte[] Weights(
        SortedDictionary<string, (long Rows, long Columns, float[] Elements)> tensors,
        bool isPrivate
    )
    {
        var header = Header(tensors, isPrivate);
        var length = tensors.Values.Sum(tensor => tensor.Elements.LongLength * sizeof(float));
        var bytes = new byte[8 + header.Length + length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes.AsSpan(8));
        var at = 8 + header.Length;
        foreach (var (_, _, elements) in tensors.Values)
        {
            foreach (var element in elements)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), element);
                at += sizeof(float);
            }
        }

        return bytes;
    }

    private static byte[] Header(
        SortedDictionary<string, (long Rows, long Columns, float[] Elements)> tensors,
        bool isPrivate
    )
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            if (!isPrivate)
            {
                json.WriteString(PrivacyKey, NotPrivate);
            }

            json.WriteEndObject();
            var at = 0L;
            foreach (var (name, (rows, columns, elements)) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                json.WriteNumberValue(rows);
                json.WriteNumberValue(columns);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += elements.LongLength * sizeof(float));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Padding keeps the data aligned to 8 bytes, as the reference implementation does.
        var padding = (8 - (buffer.WrittenCount % 8)) % 8;
        return [.. buffer.WrittenSpan, .. Enumerable.Repeat((byte)' ', padding)];
    }
}
