using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Federated.Adapters.Checkpoints;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>Reads PEFT folders of plain LoRA without a tensor library.</summary>
internal static class PeftReader
{
    private const string Prefix = "base_model.model.";
    private const string OfA = ".lora_A.weight";
    private const string OfB = ".lora_B.weight";

    public static PeftAdapter Read(string folder)
    {
        var configPath = Path.Combine(folder, PeftFiles.ConfigName);
        var weightsPath = Path.Combine(folder, PeftFiles.WeightsName);
        foreach (var path in new[] { configPath, weightsPath }.Where(path => !File.Exists(path)))
        {
            throw new InvalidCheckpointException($"{path} is missing: name a folder as PEFT writes it.");
        }

        var scales = PeftScales.Read(configPath);
        using var stream = File.OpenRead(weightsPath);
        var header = SafetensorsHeader.Read(stream, weightsPath);
        var entries = header.Tensors.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        var layers = new List<PeftLayer>();
        foreach (var entry in entries.Values.Where(entry => entry.Name.EndsWith(OfA, StringComparison.Ordinal)))
        {
            layers.Add(Layer(entry, entries, header, stream, weightsPath, scales));
        }

        var unread = entries.Keys.FirstOrDefault(name =>
            !name.StartsWith(Prefix, StringComparison.Ordinal)
            || !(name.EndsWith(OfA, StringComparison.Ordinal) || name.EndsWith(OfB, StringComparison.Ordinal))
        );
        return (unread, layers.Count) switch
        {
            ({ } name, _) => throw new InvalidCheckpointException(
                $"{weightsPath} holds {name}, which is no factor of a plain LoRA ({Prefix}PATH{OfA} and {OfB})."
            ),
            (_, 0) => throw new InvalidCheckpointException($"{weightsPath} holds no adapter."),
            _ => new(scales.BaseModelName, [.. layers.OrderBy(layer => layer.Path, StringComparer.Ordinal)])
            {
                IsPrivate = header.Metadata.GetValueOrDefault(PeftFiles.PrivacyKey) != PeftFiles.NotPrivate,
            },
        };
    }

    private static PeftLayer Layer(
        TensorEntry a,
        Dictionary<string, TensorEntry> entries,
        SafetensorsHeader header,
        Stream stream,
        string source,
        PeftScales scales
    )
    {
        var path = a.Name[Math.Min(Prefix.Length, a.Name.Length - OfA.Length)..^OfA.Length];
        if (!entries.TryGetValue(Prefix + path + OfB, out var b))
        {
            throw new InvalidCheckpointException($"{source} has {a.Name} and no {OfB} for it.");
        }

        if (
            a.Shape.Count != 2
            || b.Shape.Count != 2
            || a.Shape[0] != b.Shape[1]
            || a.Shape.Concat(b.Shape).Any(size => size is < 1 or > int.MaxValue)
        )
        {
            throw new InvalidCheckpointException(
                $"{source}: {path} has A [{string.Join(", ", a.Shape)}] and B [{string.Join(", ", b.Shape)}]; expected [r, in] and [out, r]."
            );
        }

        var rank = (int)a.Shape[0];
        return new(
            path,
            rank,
            (int)b.Shape[0],
            (int)a.Shape[1],
            scales.Of(path, rank),
            Elements(b, header, stream, source),
            Elements(a, header, stream, source)
        );
    }

    private static float[] Elements(TensorEntry entry, SafetensorsHeader header, Stream stream, string source)
    {
        var bytes = new byte[entry.End - entry.Begin];
        stream.Position = header.DataStart + entry.Begin;
        stream.ReadExactly(bytes);
        var values = entry.Type switch
        {
            ScalarType.Float32 => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            ScalarType.Float16 => [.. MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(half => (float)half)],
            ScalarType.BFloat16 => FromBFloat16(bytes),
            _ => throw new InvalidCheckpointException(
                $"{source}: {entry.Name} is {entry.Type}; expected float32, float16 or bfloat16."
            ),
        };
        var bad = FiniteValues.IndexOfNotFinite(values);
        return bad < 0
            ? values
            : throw new InvalidCheckpointException($"{source}: {entry.Name} holds {values[bad]} at {bad}.");
    }

    private static float[] FromBFloat16(byte[] bytes)
    {
        var values = new float[bytes.Length / sizeof(ushort)];
        for (var i = 0; i < values.Length; i++)
        {
            var bits = (uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(i * sizeof(ushort)));
            values[i] = BitConverter.UInt32BitsToSingle(bits << 16);
        }

        return values;
    }
}
