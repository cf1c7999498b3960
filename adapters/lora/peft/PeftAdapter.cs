using System.Runtime.InteropServices;

namespace Federated.Adapters;

/// <summary>An adapter as PEFT files hold it, of any ranks and scales, read and written without a tensor library.</summary>
/// <param name="BaseModelName">What base_model_name_or_path says; empty when it says nothing.</param>
/// <param name="Layers">The layers, by path.</param>
public sealed record PeftAdapter(string BaseModelName, IReadOnlyList<PeftLayer> Layers)
{
    /// <summary>False: the numbers were made without a guarantee, and the file is marked <see cref="PeftFiles.NotPrivate"/>.</summary>
    public bool IsPrivate { get; init; } = true;

    /// <summary>A published version as one adapter on the original base model.</summary>
    /// <param name="layout">The run's layout.</param>
    /// <param name="values">All that the layout holds.</param>
    /// <param name="residual">The frozen products beside it, one for each layer; null = none.</param>
    /// <param name="baseModelName">What base_model_name_or_path says.</param>
    public static PeftAdapter Of(
        AdapterLayout layout,
        ReadOnlySpan<float> values,
        IReadOnlyList<LayerProduct>? residual,
        string baseModelName
    )
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (values.Length != layout.Count)
        {
            throw new ArgumentException($"{values.Length} values; the layout has {layout.Count}.", nameof(values));
        }

        var layers = new List<PeftLayer>();
        for (var i = 0; i < layout.Tensors.Count; i++)
        {
            var tensor = layout.Tensors[i];
            ReadOnlySpan<float> a = tensor.Holds.HasFlag(HeldFactors.A)
                ? values.Slice((int)tensor.OffsetOfA, tensor.LengthOfA)
                : layout.InitialA(tensor);
            var b = layout.WholeB(tensor, values);
            layers.Add(PeftLayer.Of(tensor, b, a, residual?[i] ?? LayerProduct.None));
        }

        return new(baseModelName, layers);
    }

    /// <summary>Reads a folder that PEFT or this project wrote, with its mark where it is not private.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="Checkpoints.InvalidCheckpointException">The files are missing, malformed or of a kind that is not a plain LoRA; the message names the field.</exception>
    public static PeftAdapter Read(string folder) => PeftReader.Read(folder);

    /// <summary>adapter_config.json.</summary>
    /// <returns>UTF-8 JSON.</returns>
    public byte[] Config() => PeftConfig.Write(this);

    /// <summary>adapter_model.safetensors.</summary>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public byte[] Weights()
    {
        var tensors = new SortedDictionary<string, (long Rows, long Columns, float[] Elements)>(StringComparer.Ordinal);
        foreach (var layer in Layers)
        {
            tensors.Add(PeftFolder.NameOfA(layer.Path), (layer.Rank, layer.InFeatures, Checked(layer, layer.A)));
            tensors.Add(PeftFolder.NameOfB(layer.Path), (layer.OutFeatures, layer.Rank, Checked(layer, layer.B)));
        }

        return PeftFiles.Weights(tensors, IsPrivate);
    }

    /// <summary>
    /// Writes a folder whole or not at all: both files are written beside it and given its name together. A folder that is there is replaced, when it holds nothing
    /// but an adapter.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">The folder holds other files, or cannot be written.</exception>
    public void Write(string folder)
    {
        var target = Path.GetFullPath(folder);
        RequireNothingElse(target);
        var temporary = $"{Path.TrimEndingDirectorySeparator(target)}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            PeftFolder.WriteWhole(Path.Combine(temporary, PeftFiles.WeightsName), Weights());
            PeftFolder.WriteWhole(Path.Combine(temporary, PeftFiles.ConfigName), Config());
            if (Directory.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }

            Directory.Move(temporary, target);
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private static float[] Checked(PeftLayer layer, ReadOnlyMemory<float> elements) =>
        FiniteValues.IndexOfNotFinite(elements.Span) < 0
            ? MemoryMarshal.TryGetArray(elements, out var array)
            && array.Offset == 0
            && array.Count == array.Array!.Length
                ? array.Array
                : elements.ToArray()
            : throw new ArgumentException($"{layer.Path}: a number is not finite.");

    private static void RequireNothingElse(string target)
    {
        if (
            Directory.Exists(target)
            && Directory
                .EnumerateFileSystemEntries(target)
                .Select(Path.GetFileName)
                .FirstOrDefault(name => name is not (PeftFiles.WeightsName or PeftFiles.ConfigName))
                is { } other
        )
        {
            throw new IOException($"{target} holds {other}, which is no part of an adapter. Name another folder.");
        }
    }
}
