using System.Text.Json;
using Federated.Adapters.Checkpoints;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>
/// An adapter as the PEFT library stores it: adapter_config.json and adapter_model.safetensors, so that other tools load it on
/// the same base model.
/// </summary>
public static class PeftFolder
{
    /// <summary>Writes both files; each whole or not at all.</summary>
    /// <param name="folder">Where to; made when absent, files of the same names are replaced.</param>
    /// <param name="layout">The whole adapter's layout; frozen factors are made from its seed.</param>
    /// <param name="values"><see cref="AdapterLayout.Count"/> finite numbers.</param>
    /// <param name="baseModelName">What base_model_name_or_path says.</param>
    /// <param name="isPrivate">False: the file is marked <see cref="PeftFiles.NotPrivate"/>.</param>
    /// <exception cref="ArgumentException">Another number of values, or one that is not finite; nothing is written.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Write(
        string folder,
        AdapterLayout layout,
        ReadOnlySpan<float> values,
        string baseModelName,
        bool isPrivate = true
    )
    {
        // Both are made before either is written.
        var weights = PeftFiles.Weights(layout, values, isPrivate);
        var config = PeftFiles.Config(layout, baseModelName);
        Directory.CreateDirectory(folder);
        WriteWhole(Path.Combine(folder, PeftFiles.WeightsName), weights);
        WriteWhole(Path.Combine(folder, PeftFiles.ConfigName), config);
    }

    /// <summary>Reads the numbers of a folder that <see cref="Write"/> or PEFT made for this layout.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="layout">The layout expected: its rank, alpha, scaling, layers and frozen factors must be those of the files.</param>
    /// <returns>All that the layout holds, in its order.</returns>
    /// <exception cref="InvalidCheckpointException">The files are malformed, or for another layout; the message names the field.</exception>
    public static float[] Read(string folder, AdapterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        CheckConfig(Path.Combine(folder, PeftFiles.ConfigName), layout.Options);
        var path = Path.Combine(folder, PeftFiles.WeightsName);
        using var file = Safetensors.Read(path);
        if (file.Tensors.Count != 2 * layout.Tensors.Count)
        {
            throw new InvalidCheckpointException(
                $"{path} has {file.Tensors.Count} tensors; the layout has {2 * layout.Tensors.Count}."
            );
        }

        var values = new float[layout.Count];
        foreach (var adapted in layout.Tensors)
        {
            var a = Elements(file, path, NameOfA(adapted.Path), adapted.Rank, adapted.InFeatures);
            if (adapted.Holds.HasFlag(HeldFactors.A))
            {
                a.CopyTo(values.AsSpan((int)adapted.OffsetOfA));
            }
            else if (FrozenFactor.Digest(a) != adapted.FrozenDigest)
            {
                throw new InvalidCheckpointException(
                    $"{path}: {NameOfA(adapted.Path)} is not the frozen factor of seed {layout.Options.Seed}."
                );
            }

            var b = Elements(file, path, NameOfB(adapted.Path), adapted.OutFeatures, adapted.Rank);
            Held(layout, adapted, b, path).CopyTo(values.AsSpan((int)adapted.OffsetOfB));
        }

        return values;
    }

    // What the flat vector holds of a B.
    private static float[] Held(AdapterLayout layout, AdapterTensor adapted, float[] b, string path)
    {
        if (adapted.BasisDigest is null)
        {
            return b;
        }

        var basis = layout.Basis(adapted);
        var core = FrozenBasis.CoreOf(basis, b, adapted.OutFeatures, adapted.Rank);
        var again = FrozenBasis.Times(basis, core, adapted.OutFeatures, adapted.Rank);
        var largest = b.Max(Math.Abs);
        return b.Zip(again).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4f * largest)
            ? core
            : throw new InvalidCheckpointException(
                $"{path}: {NameOfB(adapted.Path)} does not lie in the frozen basis of seed {layout.Options.Seed}."
            );
    }

    internal static string NameOfA(string path) => $"base_model.model.{path}.lora_A.weight";

    internal static string NameOfB(string path) => $"base_model.model.{path}.lora_B.weight";

    private static float[] Elements(SafetensorsFile file, string path, string name, int rows, int columns)
    {
        if (!file.Tensors.TryGetValue(name, out var stored))
        {
            throw new InvalidCheckpointException($"{path} has no tensor {name}.");
        }

        if (!stored.shape.AsSpan().SequenceEqual([rows, columns]))
        {
            throw new InvalidCheckpointException(
                $"{path}: {name} has shape [{string.Join(", ", stored.shape)}]; expected [{rows}, {columns}]."
            );
        }

        using var single = stored.to(ScalarType.Float32, copy: true);
        var elements = single.data<float>().ToArray();
        var bad = FiniteValues.IndexOfNotFinite(elements);
        return bad < 0
            ? elements
            : throw new InvalidCheckpointException($"{path}: {name} holds {elements[bad]} at {bad}.");
    }

    private static void CheckConfig(string path, AdapterOptions options)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            Require(path, "peft_type", root.GetProperty("peft_type").GetString() == "LORA", "LORA");
            Require(path, "r", root.GetProperty("r").GetDouble() == options.Rank, options.Rank);
            Require(path, "lora_alpha", root.GetProperty("lora_alpha").GetDouble() == options.Alpha, options.Alpha);
            var rsLora = root.TryGetProperty("use_rslora", out var flag) && flag.ValueKind == JsonValueKind.True;
            Require(path, "use_rslora", rsLora == (options.Scaling == LoraScaling.RsLora), !rsLora);
        }
        catch (Exception error)
            when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidCheckpointException($"{path} is not a LoRA configuration: {error.Message}", error);
        }
        catch (FileNotFoundException error)
        {
            throw new InvalidCheckpointException($"{path} is missing.", error);
        }
    }

    private static void Require(string path, string field, bool holds, object expected)
    {
        if (!holds)
        {
            throw new InvalidCheckpointException($"{path}: {field} differs from the run's; expected {expected}.");
        }
    }

    internal static void WriteWhole(string path, byte[] bytes)
    {
        var temporary = path + ".tmp";
        using (var stream = File.Create(temporary))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
