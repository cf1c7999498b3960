using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Adapters;

/// <summary>
/// A base model's folder with adapters written into its weights, so that programs which know nothing of adapters run it; or with
/// adapters taken out of them again.
/// </summary>
/// <remarks>
/// The files are copied, and only changed weights are written again, in the type that they are stored in and one at a time: memory does
/// not grow with the model. W ± Σ scale · B A is computed in doubles and rounded once, so that what is taken out again leaves the weights
/// that were there up to that rounding.
/// </remarks>
public static class AdaptedFolder
{
    /// <summary>Lies in the folder where an adapter without a guarantee was written into the weights.</summary>
    public const string NotPrivateName = "NOT-PRIVATE.txt";

    private const string OfWeight = ".weight";
    private const int BufferBytes = 1 << 20;

    /// <summary>Writes the folder, whole or not at all.</summary>
    /// <param name="model">The base model's folder.</param>
    /// <param name="adapters">The adapters, all of them at once.</param>
    /// <param name="subtract">Whether they are taken out of the weights instead.</param>
    /// <param name="target">The folder to make; nothing may be there.</param>
    /// <returns>Number of layers that were changed.</returns>
    /// <exception cref="InvalidCheckpointException">
    /// The folder is no base model, has no such layer or another shape of it, its type cannot hold the sum, or the target is there.
    /// </exception>
    public static int Write(string model, IReadOnlyList<PeftAdapter> adapters, bool subtract, string target)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        var layers = adapters.SelectMany(adapter => adapter.Layers).ToLookup(layer => layer.Path);
        NewFolder.Make(
            target,
            unfinished =>
            {
                var generation = Path.Combine(model, "generation_config.json"); // where texts end
                foreach (var file in ModelFolder.ModelFiles(model).Append(generation).Where(File.Exists))
                {
                    // Not File.Copy: a file that may not be written must not give a copy that may not be written.
                    using var from = File.OpenRead(file);
                    using var to = File.Create(Path.Combine(unfinished, Path.GetFileName(file)));
                    from.CopyTo(to, BufferBytes);
                }

                Change(model, unfinished, layers, subtract ? -1 : 1);
                if (adapters.Any(adapter => !adapter.IsPrivate))
                {
                    File.WriteAllText(Path.Combine(unfinished, NotPrivateName), PeftFiles.NotPrivate + "\n");
                }
            }
        );
        return layers.Count;
    }

    private static void Change(string source, string copied, ILookup<string, PeftLayer> layers, double sign)
    {
        var files = new List<SafetensorsReader>();
        try
        {
            files.AddRange(WeightFiles.Of(source).Select(SafetensorsReader.Open));
            using var model = ModelWeights.Create(source, ModelConfig.Read(source), files);
            var linears = Linears(source, model, layers);
            foreach (var file in files)
            {
                var path = Path.Combine(copied, Path.GetFileName(file.Path));
                using var copy = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
                var start = SafetensorsHeader.Read(copy, path).DataStart;
                foreach (var entry in file.Tensors)
                {
                    if (
                        model.PlaceOf(entry.Name) is { } place
                        && place.EndsWith(OfWeight, StringComparison.Ordinal)
                        && linears.Remove(place[..^OfWeight.Length], out var linear)
                    )
                    {
                        using var scope = NewDisposeScope();
                        var weight = Read(file, entry, model.StoredShape(place, linear.Weight));
                        copy.Position = start + entry.Begin;
                        Sum(weight, linear, layers[linear.Path], sign, entry, source)
                            .WriteBytesToStream(copy, BufferBytes);
                    }
                }

                copy.Flush(flushToDisk: true);
            }

            if (linears.Count > 0)
            {
                throw new InvalidCheckpointException($"{source}: the weight of {linears.Keys.First()} is in no file.");
            }
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    // The layers that are changed, by path.
    private static Dictionary<string, AdaptableLinear> Linears(
        string source,
        AdaptableModel model,
        ILookup<string, PeftLayer> layers
    )
    {
        var all = model.AdaptableLinears.ToDictionary(linear => linear.Path);
        foreach (var layer in layers.SelectMany(group => group))
        {
            if (!all.TryGetValue(layer.Path, out var linear))
            {
                throw new InvalidCheckpointException(
                    $"{source} has no layer {layer.Path}, which the adapter changes; it is of another model ({string.Join(", ", all.Keys.Take(3))} …)."
                );
            }

            if (linear.OutFeatures != layer.OutFeatures || linear.InFeatures != layer.InFeatures)
            {
                throw new InvalidCheckpointException(
                    $"{source}: {layer.Path} is {linear.OutFeatures} × {linear.InFeatures}; the adapter is for {layer.OutFeatures} × {layer.InFeatures}."
                );
            }
        }

        return layers.ToDictionary(group => group.Key, group => all[group.Key]);
    }

    private static Tensor Read(SafetensorsReader file, TensorEntry entry, IReadOnlyList<long> shape)
    {
        var weight = empty([.. shape], dtype: float64);
        if (!entry.Shape.SequenceEqual(shape) || !ModelWeights.IsFloat(entry.Type))
        {
            throw new InvalidCheckpointException(
                $"{file.Path}: tensor '{entry.Name}' is {entry.Type} [{string.Join(", ", entry.Shape)}]; config.json asks for floats [{string.Join(", ", shape)}]."
            );
        }

        file.ReadInto(entry, weight);
        return weight;
    }

    private static Tensor Sum(
        Tensor weight,
        AdaptableLinear linear,
        IEnumerable<PeftLayer> layers,
        double sign,
        TensorEntry entry,
        string source
    )
    {
        using var untracked = no_grad();
        // A convolution's window becomes a row; Conv1D of GPT-2 holds Wᵀ.
        var sum = linear.FanInFanOut
            ? weight.view(linear.InFeatures, linear.OutFeatures)
            : weight.view(linear.OutFeatures, linear.InFeatures);
        foreach (var layer in layers)
        {
            var product = tensor(layer.B.ToArray(), [layer.OutFeatures, layer.Rank])
                .to(float64)
                .mm(tensor(layer.A.ToArray(), [layer.Rank, layer.InFeatures]).to(float64))
                .Times(sign * layer.Scale);
            sum = sum.Plus(linear.FanInFanOut ? product.t() : product);
        }

        var stored = sum.to(entry.Type).contiguous();
        return stored.isfinite().all().item<bool>()
            ? stored
            : throw new InvalidCheckpointException(
                $"{source}: {linear.Path} would hold numbers that {entry.Type} cannot. Use a base model in bfloat16 or float32."
            );
    }
}
