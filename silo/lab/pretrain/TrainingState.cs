using System.Globalization;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using static TorchSharp.torch;

namespace Federated.Lab.Pretrain;

/// <summary>What an interrupted pretraining goes on from: weights and optimiser in float32, steps and time so far.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Elapsed">Time spent training.</param>
internal sealed record TrainingState(int Step, long Tokens, TimeSpan Elapsed)
{
    // Not *.safetensors: every file of that name in a folder is a part of its model.
    public const string FileName = "training.state";

    public void Save(string folder, LlamaModel model, MuonAdamW optimizer) =>
        Safetensors.Write(
            Path.Combine(folder, FileName),
            [.. Weights(model), .. optimizer.State],
            new Dictionary<string, string>
            {
                ["step"] = Step.ToString(CultureInfo.InvariantCulture),
                ["tokens"] = Tokens.ToString(CultureInfo.InvariantCulture),
                ["ticks"] = Elapsed.Ticks.ToString(CultureInfo.InvariantCulture),
            }
        );

    /// <summary>Reads a state into a model and an optimiser of the same shape.</summary>
    public static TrainingState Load(string folder, LlamaModel model, MuonAdamW optimizer)
    {
        var path = Path.Combine(folder, FileName);
        using var stored = Safetensors.Read(path);
        using var untracked = no_grad();
        foreach (var (name, target) in Weights(model).Concat(optimizer.State))
        {
            if (!stored.Tensors.TryGetValue(name, out var tensor) || !tensor.shape.AsSpan().SequenceEqual(target.shape))
            {
                throw new InvalidCheckpointException(
                    $"{path}: tensor '{name}' is missing or of another shape; --resume needs the options of the first start."
                );
            }

            target.copy_(tensor);
        }

        long Number(string key) =>
            stored.Metadata.TryGetValue(key, out var text)
            && long.TryParse(text, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new InvalidCheckpointException($"{path}: metadata '{key}' is missing or no number.");
        return new TrainingState((int)Number("step"), Number("tokens"), TimeSpan.FromTicks(Number("ticks")));
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Weights(LlamaModel model) =>
        model.named_parameters().Select(named => KeyValuePair.Create($"weight.{named.name}", (Tensor)named.parameter));
}
