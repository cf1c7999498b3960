using System.Text.Json.Nodes;
using Federated.Adapters.Checkpoints;
using static TorchSharp.torch;

namespace Federated.Adapters.Models;

/// <summary>A folder of a model that has no checkpoint yet.</summary>
internal static class NewModelFolder
{
    /// <summary>Makes it.</summary>
    /// <param name="target">The folder; nothing may be there.</param>
    /// <param name="configuration">What config.json says.</param>
    /// <param name="begin">Gives a new model its weights; <typeparamref name="TModel"/> is what the configuration is of.</param>
    /// <param name="copied">Files that lie beside them.</param>
    /// <exception cref="InvalidCheckpointException">The target is there, or the configuration is of no model.</exception>
    public static void Make<TModel>(
        string target,
        JsonObject configuration,
        Action<TModel> begin,
        IEnumerable<string> copied
    )
        where TModel : AdaptableModel =>
        NewFolder.Make(
            target,
            unfinished =>
            {
                File.WriteAllText(
                    Path.Combine(unfinished, "config.json"),
                    configuration.ToJsonString(JsonLayout.Indented) + "\n"
                );
                using var scope = NewDisposeScope();
                using var model = (TModel)ModelWeights.Create(target, ModelConfig.Read(unfinished));
                begin(model);
                Safetensors.Write(
                    Path.Combine(unfinished, "model.safetensors"),
                    model
                        .named_parameters()
                        .Select(named =>
                            KeyValuePair.Create(
                                named.name,
                                named.parameter.view([.. model.StoredShape(named.name, named.parameter)])
                            )
                        ),
                    new Dictionary<string, string> { ["format"] = "pt" }
                );
                foreach (var file in copied)
                {
                    File.Copy(file, Path.Combine(unfinished, Path.GetFileName(file)));
                }
            }
        );

    /// <summary>Writes labels into a configuration, as the transformers library does.</summary>
    /// <param name="configuration">Where to.</param>
    /// <param name="labels">The labels by name, two at least.</param>
    /// <exception cref="ArgumentException">Fewer than two labels, one twice or empty.</exception>
    public static void SetLabels(JsonObject configuration, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count < 2 || labels.Distinct().Count() < labels.Count || labels.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException(
                "A classifier needs two labels at least, each once and none empty.",
                nameof(labels)
            );
        }

        configuration["id2label"] = new JsonObject(
            labels.Select((label, id) => KeyValuePair.Create($"{id}", (JsonNode?)JsonValue.Create(label)))
        );
        configuration["label2id"] = new JsonObject(
            labels.Select((label, id) => KeyValuePair.Create(label, (JsonNode?)JsonValue.Create(id)))
        );
    }
}
