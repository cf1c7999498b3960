using System.Text.Json.Nodes;
using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Models;

/// <summary>Makes an image classifier's folder with random weights from a seed, so that everybody who makes it has the same digest.</summary>
public static class ImageClassifierFolder
{
    /// <summary>Makes the folder.</summary>
    /// <param name="config">Shape and labels.</param>
    /// <param name="seed">Seed of the weights, ≥ 0.</param>
    /// <param name="target">The folder to make; nothing may be there.</param>
    /// <exception cref="InvalidCheckpointException">The convolutions leave nothing of the image, or the target is there.</exception>
    /// <exception cref="ArgumentException">Fewer than two labels, one twice or empty.</exception>
    public static void Make(ImageConfig config, long seed, string target)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        var configuration = new JsonObject
        {
            ["model_type"] = "federated-image",
            ["channels"] = config.Channels,
            ["height"] = config.Height,
            ["width"] = config.Width,
            ["convolutions"] = Numbers(config.Convolutions),
            ["hidden"] = Numbers(config.Hidden),
        };
        NewModelFolder.SetLabels(configuration, config.LabelNames);
        NewModelFolder.Make<ImageClassifier>(target, configuration, model => model.Initialize(seed), []);
    }

    private static JsonArray Numbers(IEnumerable<int> numbers) =>
        new([.. numbers.Select(number => (JsonNode)JsonValue.Create(number))]);
}
