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
    public static LlamaModel Read(string folder) =>
        (LlamaModel)ModelWeights.Load(folder, LlamaConfig.Read(ModelFolder.Require(folder, "config.json")));

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
}
