using Federated.Adapters.Checkpoints;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>A LLaMA in a folder: config.json and one or more safetensors files, named as Hugging Face names them.</summary>
public static class LlamaCheckpoint
{
    /// <summary>Reads a model. Weights become float32 whatever they are stored as, and are frozen.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="InvalidCheckpointException">A file is malformed, or tensors are missing, extra or of another shape.</exception>
    public static LlamaModel Read(string folder)
    {
        var config = LlamaConfig.Read(ModelFolder.Require(folder, "config.json"));
        var files = ModelFolder.WeightFiles(folder);
        var model = new LlamaModel(config);
        try
        {
            Fill(model, files, folder);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes config.json and model.safetensors.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">An existing folder.</param>
    /// <param name="type">float32, bfloat16 or float16.</param>
    public static void Write(LlamaModel model, string folder, ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var tensors = model.named_parameters().ToDictionary(named => named.name, named => named.parameter.to(type));
        Safetensors.Write(
            Path.Combine(folder, "model.safetensors"),
            tensors,
            new Dictionary<string, string> { ["format"] = "pt" }
        );
        var dtype = type switch
        {
            ScalarType.Float32 => "float32",
            ScalarType.BFloat16 => "bfloat16",
            ScalarType.Float16 => "float16",
            _ => throw new ArgumentException(
                $"A model is not stored as {type}: use float32, bfloat16 or float16.",
                nameof(type)
            ),
        };
        File.WriteAllText(Path.Combine(folder, "config.json"), model.Config.ToJson(dtype));
    }

    private static void Fill(LlamaModel model, IReadOnlyList<string> files, string folder)
    {
        using var untracked = no_grad();
        var missing = model.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        foreach (var file in files)
        {
            using var stored = Safetensors.Read(file, name => !IsDerived(name, model.Config));
            foreach (var (name, tensor) in stored.Tensors)
            {
                if (!missing.Remove(name, out var parameter))
                {
                    throw new InvalidCheckpointException(
                        $"{file}: tensor '{name}' has no place in this model, or stands twice."
                    );
                }

                if (!tensor.shape.AsSpan().SequenceEqual(parameter.shape) || !tensor.is_floating_point())
                {
                    throw new InvalidCheckpointException(
                        $"{file}: tensor '{name}' is {tensor.dtype} [{string.Join(", ", tensor.shape)}]; config.json asks for floats [{string.Join(", ", parameter.shape)}]."
                    );
                }

                parameter.copy_(tensor);
            }
        }

        if (missing.Count > 0)
        {
            var named = missing.Keys.Order(StringComparer.Ordinal).Take(3);
            throw new InvalidCheckpointException(
                $"{folder}: {missing.Count} tensors of the model are in no safetensors file, among them {string.Join(", ", named)}."
            );
        }
    }

    // Older exporters store what the configuration already says.
    private static bool IsDerived(string name, LlamaConfig config) =>
        name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
        || (config.TieWordEmbeddings && name == "lm_head.weight");
}
