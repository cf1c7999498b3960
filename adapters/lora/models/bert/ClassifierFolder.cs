using System.Text.Json.Nodes;
using Federated.Adapters.Checkpoints;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>
/// Makes a classifier's folder of a BERT or RoBERTa without a classification head (a masked language model, as they are published): the
/// same encoder, and a head of random weights from a seed, so that everybody who makes it has the same digest.
/// </summary>
public static class ClassifierFolder
{
    private const double Deviation = 0.02; // initializer_range of both families

    /// <summary>Makes the folder.</summary>
    /// <param name="source">A BERT's or RoBERTa's folder, whatever heads it has; they are left out.</param>
    /// <param name="labels">The labels by name, two at least.</param>
    /// <param name="seed">Seed of the head, ≥ 0.</param>
    /// <param name="target">The folder to make; nothing may be there.</param>
    /// <exception cref="InvalidCheckpointException">The source is no such model, or the target is there.</exception>
    /// <exception cref="ArgumentException">Fewer than two labels, one twice or empty.</exception>
    public static void Make(string source, IReadOnlyList<string> labels, long seed, string target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        NewModelFolder.Make<SequenceClassifier>(
            target,
            Configuration(ModelFolder.Require(source, "config.json"), labels),
            model => Fill(model, source, seed),
            ModelFolder.TokenizerFilesOf(source)
        );
    }

    private static JsonObject Configuration(string path, IReadOnlyList<string> labels)
    {
        var type = ConfigFields.Open(path).Text("model_type");
        if (type is not ("bert" or "roberta"))
        {
            throw new InvalidCheckpointException(
                $"{path}: model_type is '{type ?? "missing"}'; bert or roberta is needed."
            );
        }

        var config = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        config["architectures"] = new JsonArray(
            type == "bert" ? "BertForSequenceClassification" : "RobertaForSequenceClassification"
        );
        NewModelFolder.SetLabels(config, labels);
        config["problem_type"] = "single_label_classification";
        config["torch_dtype"] = "float32";
        return config;
    }

    private static void Fill(SequenceClassifier model, string source, long seed)
    {
        var prefix = model.Config.ModelType + ".";
        var missing = model.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        foreach (var path in WeightFiles.Of(source))
        {
            using var file = SafetensorsReader.Open(path);
            foreach (var entry in file.Tensors)
            {
                // Published without the prefix, or with it; other heads have no place.
                var name = entry.Name.StartsWith(prefix, StringComparison.Ordinal) ? entry.Name : prefix + entry.Name;
                if (model.PlaceOf(name) is { } place && missing.TryGetValue(place, out var parameter))
                {
                    if (!entry.Shape.SequenceEqual(parameter.shape))
                    {
                        throw new InvalidCheckpointException(
                            $"{path}: tensor '{entry.Name}' is [{string.Join(", ", entry.Shape)}]; config.json asks for "
                                + $"[{string.Join(", ", parameter.shape)}]."
                        );
                    }

                    file.ReadInto(entry, parameter);
                    missing.Remove(place);
                }
            }
        }

        Begin(missing, seed, source);
    }

    private static void Begin(Dictionary<string, Parameter> missing, long seed, string source)
    {
        using var untracked = no_grad();
        using var generator = new Generator((ulong)seed, CPU);
        foreach (var (name, parameter) in missing.OrderBy(named => named.Key, StringComparer.Ordinal))
        {
            if (
                !name.StartsWith("classifier.", StringComparison.Ordinal)
                && !name.Contains(".pooler.", StringComparison.Ordinal)
            )
            {
                throw new InvalidCheckpointException($"{source}: the tensor {name} is in no safetensors file.");
            }

            using var values = randn(parameter.shape, generator: generator);
            parameter.copy_(values.ScaleInPlace(name.EndsWith(".weight", StringComparison.Ordinal) ? Deviation : 0));
        }
    }
}
