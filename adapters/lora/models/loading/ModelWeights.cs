using System.Runtime.InteropServices;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Quantization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>Fills a model from the safetensors files of a folder, tensor by tensor; all of them must fit, and none may be missing.</summary>
internal static class ModelWeights
{
    /// <summary>Creates the model of a folder and fills it. Whatever weights are stored as, they are kept in the precision asked for, and frozen.</summary>
    /// <exception cref="InvalidCheckpointException">A file is malformed, or tensors are missing, extra, of another shape or not finite.</exception>
    public static AdaptableModel Load(string folder, ModelConfig config, BasePrecision precision = BasePrecision.Full)
    {
        var paths = WeightFiles.Of(folder);
        var files = new List<SafetensorsReader>();
        AdaptableModel? model = null;
        try
        {
            files.AddRange(paths.Select(SafetensorsReader.Open));
            WeightFiles.RequireAsIndexed(folder, files);
            model = Create(folder, config, files);
            Fill(model, files, folder, precision);
            return model;
        }
        catch
        {
            model?.Dispose();
            throw;
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    /// <summary>Creates the model of a folder with weights that nothing has filled.</summary>
    /// <exception cref="InvalidCheckpointException">The configuration asks for more numbers than the files hold, or than there is memory.</exception>
    public static AdaptableModel Create(string folder, ModelConfig config, IEnumerable<SafetensorsReader> files)
    {
        var asked = config.Linears.Sum(linear => (double)linear.InFeatures * linear.OutFeatures);
        var stored = files.Sum(file =>
            file.Tensors.Sum(tensor => tensor.Shape.Aggregate(1.0, (product, size) => product * size))
        );
        if (asked > stored)
        {
            throw new InvalidCheckpointException(
                $"{folder}: config.json describes linear layers of {asked:F0} weights; the safetensors files hold {stored:F0} numbers in all."
            );
        }

        return Create(folder, config);
    }

    /// <summary>Creates the model of a configuration with weights that nothing has filled.</summary>
    /// <exception cref="InvalidCheckpointException">It asks for more memory than there is.</exception>
    public static AdaptableModel Create(string folder, ModelConfig config)
    {
        try
        {
            return config.Create();
        }
        catch (ExternalException error)
        {
            throw new InvalidCheckpointException(
                $"{folder}: the model of config.json does not fit into memory: {error.Message.Split('\n')[0]}",
                error
            );
        }
    }

    private static void Fill(
        AdaptableModel model,
        List<SafetensorsReader> files,
        string folder,
        BasePrecision precision
    )
    {
        var parameters = model.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        var places = Places(model, files, parameters);
        var missing = parameters.Keys.Where(name => !places.ContainsKey(name)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            throw new InvalidCheckpointException(
                $"{folder}: {missing.Count} tensors of the model are in no safetensors file, among them {string.Join(", ", missing.Take(3))}."
            );
        }

        var modules = model.named_modules().ToDictionary(named => named.name, named => named.module);
        foreach (var (name, (file, entry)) in places)
        {
            file.ReadInto(entry, parameters[name]);
            Keep(modules.GetValueOrDefault(name[..Math.Max(0, name.LastIndexOf('.'))]), name, precision);
        }
    }

    // As soon as a weight is read, so that only one of them is ever held in float32. Norms and biases stay float32: they are small.
    private static void Keep(nn.Module? module, string name, BasePrecision precision)
    {
        if (precision == BasePrecision.Full || !name.EndsWith(".weight", StringComparison.Ordinal))
        {
            return;
        }

        switch (module)
        {
            case AdaptableLinear { Path: "lm_head" } head:
                head.Keep(BasePrecision.BFloat16);
                break;
            case AdaptableLinear linear:
                linear.Keep(precision);
                break;
            case TokenEmbedding embedding:
                embedding.KeepInBFloat16();
                break;
        }
    }

    // Checked in full before anything is read: parameter name → where it lies.
    private static Dictionary<string, (SafetensorsReader File, TensorEntry Entry)> Places(
        AdaptableModel model,
        List<SafetensorsReader> files,
        Dictionary<string, Parameter> parameters
    )
    {
        var places = new Dictionary<string, (SafetensorsReader File, TensorEntry Entry)>(StringComparer.Ordinal);
        foreach (var (file, entry) in files.SelectMany(file => file.Tensors.Select(entry => (file, entry))))
        {
            if (model.PlaceOf(entry.Name) is not { } place)
            {
                continue;
            }

            if (!parameters.TryGetValue(place, out var parameter))
            {
                throw new InvalidCheckpointException(
                    $"{file.Path}: tensor '{entry.Name}' has no place in this model; config.json describes another one."
                );
            }

            if (!entry.Shape.SequenceEqual(model.StoredShape(place, parameter)) || !IsFloat(entry.Type))
            {
                throw new InvalidCheckpointException(
                    $"{file.Path}: tensor '{entry.Name}' is {entry.Type} [{string.Join(", ", entry.Shape)}]; config.json asks for floats "
                        + $"[{string.Join(", ", model.StoredShape(place, parameter))}]."
                );
            }

            if (places.TryGetValue(place, out var other))
            {
                // Tied weights may be stored under both of their names.
                if (other.Entry.Name == entry.Name || (other.Entry.Name != place && entry.Name != place))
                {
                    throw new InvalidCheckpointException(
                        $"{file.Path}: tensor '{entry.Name}' stands twice; {other.File.Path} holds it as '{other.Entry.Name}'."
                    );
                }

                if (other.Entry.Name == place)
                {
                    continue;
                }
            }

            places[place] = (file, entry);
        }

        return places;
    }

    /// <summary>Whether weights may be stored as it.</summary>
    public static bool IsFloat(ScalarType type) =>
        type is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64;
}
