using System.Globalization;
using Federated.Adapters;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Aggregation.Grains;
using Federated.Protocol;

namespace Federated.Silo;

/// <summary>The base models that this silo knows by name, and the adapter layouts that runs on them have.</summary>
internal sealed class LayoutCatalog
{
    private readonly Dictionary<string, CatalogModel> _models;

    private LayoutCatalog(Dictionary<string, CatalogModel> models) => _models = models;

    /// <summary>Reads the shapes and the digest of each model.</summary>
    /// <param name="folders">Hugging Face folders by model name.</param>
    /// <exception cref="StartupException">A folder is missing, or holds no such model.</exception>
    public static LayoutCatalog Load(IReadOnlyDictionary<string, string> folders)
    {
        var models = new Dictionary<string, CatalogModel>(StringComparer.Ordinal);
        foreach (var (name, folder) in folders)
        {
            try
            {
                var shapes = ModelShapes.Of(folder);
                var digest = BaseModelDigest.Compute(folder);
                models.Add(name, new CatalogModel(name, Path.GetFullPath(folder), digest, shapes));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidCheckpointException)
            {
                throw new StartupException(
                    $"--model {name}={folder} is no base model: {e.Message} Name a folder with config.json, *.safetensors and tokenizer files.",
                    e
                );
            }
        }

        return new LayoutCatalog(models);
    }

    /// <summary>All models, by name.</summary>
    public IEnumerable<CatalogModel> Models => _models.Values.OrderBy(model => model.Name, StringComparer.Ordinal);

    /// <summary>The model and layout of a run, or what is wrong with the document on this silo.</summary>
    /// <param name="document">The document.</param>
    /// <param name="layouts">Makes the layout.</param>
    /// <returns>Exactly one of the two.</returns>
    public async Task<(RunLayout? Layout, RunDocumentError? Error)> ResolveAsync(
        RunDocument document,
        AdapterLayouts layouts
    )
    {
        var asked = document.BaseModel;
        if (!_models.TryGetValue(asked.Name, out var model))
        {
            var known = _models.Count == 0 ? "none" : string.Join(", ", Models.Select(known => known.Name));
            return (
                null,
                new RunDocumentError(
                    null,
                    "baseModel.name",
                    asked.Name,
                    $"this silo knows no such model (it knows: {known})",
                    $"start fedsilo with --model {asked.Name}=FOLDER"
                )
            );
        }

        if (!string.Equals(asked.Sha256, model.Digest, StringComparison.OrdinalIgnoreCase))
        {
            return (
                null,
                new RunDocumentError(
                    null,
                    "baseModel.sha256",
                    asked.Sha256,
                    $"the document asks for {asked.Sha256}, and the model {model.Name} of this silo has {model.Digest}",
                    "write the silo's digest, or start fedsilo with the folder of the model that is meant"
                )
            );
        }

        if (document.Local.MaxSequenceLength > model.Shapes.Context)
        {
            return (
                null,
                new RunDocumentError(
                    null,
                    "local.maxSequenceLength",
                    document.Local.MaxSequenceLength.ToString(CultureInfo.InvariantCulture),
                    $"the context of {model.Name} is {model.Shapes.Context} tokens",
                    $"write {model.Shapes.Context} or less"
                )
            );
        }

        try
        {
            var recipe = RunDocumentReading.Recipe(document, model.Layers);
            return (new RunLayout(model, await layouts.OfAsync(recipe)), null);
        }
        catch (InvalidAdapterOptionsException e)
        {
            return (null, new RunDocumentError(null, "adapter", null, e.Message, "correct it"));
        }
    }
}
