using System.Text.Json;

namespace Federated.Adapters.Checkpoints;

/// <summary>The header of a safetensors file that is written: JSON, names to type, shape and place, the tensors one after another.</summary>
internal static class SafetensorsHeaderBytes
{
    /// <summary>Writes it.</summary>
    /// <param name="tensors">In the order of their bytes in the file.</param>
    /// <param name="metadata">Plain words about the file, in this order; may be empty.</param>
    public static byte[] Of(
        IEnumerable<(string Name, string Dtype, IReadOnlyList<long> Shape, long Bytes)> tensors,
        IEnumerable<KeyValuePair<string, string>> metadata
    )
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, [.. metadata]);
            var at = 0L;
            foreach (var (name, dtype, shape, bytes) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", dtype);
                WriteNumbers(json, "shape", shape);
                WriteNumbers(json, "data_offsets", [at, at + bytes]);
                json.WriteEndObject();
                at += bytes;
            }

            json.WriteEndObject();
        }

        // Padding keeps the data aligned to 8 bytes, as the reference implementation does.
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, KeyValuePair<string, string>[] metadata)
    {
        if (metadata.Length == 0)
        {
            return;
        }

        json.WriteStartObject("__metadata__");
        foreach (var (key, value) in metadata)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
