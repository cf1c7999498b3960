using System.Collections.Concurrent;
using System.Text.Json;
using Federated.Adapters;

namespace Federated.Aggregation.Grains;

/// <summary>Makes adapter layouts from their recipes, once for each: drawing the frozen factors takes time.</summary>
/// <param name="blobs">Where the factors lie that a recipe names.</param>
public sealed class AdapterLayouts(IBlobStore blobs)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<AdapterLayout>>> _layouts = new(StringComparer.Ordinal);

    /// <summary>The layout of a recipe. The work is done on the thread pool.</summary>
    /// <exception cref="InvalidAdapterOptionsException">The recipe fits no model, or the factors that it names are missing or no such file.</exception>
    public async Task<AdapterLayout> OfAsync(LayoutRecipe recipe)
    {
        var key = JsonSerializer.Serialize(recipe);
        var layout = _layouts.GetOrAdd(key, _ => new(() => Task.Run(() => MakeAsync(recipe))));
        try
        {
            return await layout.Value;
        }
        catch
        {
            _layouts.TryRemove(key, out _);
            throw;
        }
    }

    private async Task<AdapterLayout> MakeAsync(LayoutRecipe recipe) =>
        AdapterLayout.For(
            [.. recipe.Layers.Select(layer => new LinearShape(layer.Path, layer.InFeatures, layer.OutFeatures))],
            new AdapterOptions(
                recipe.Rank,
                recipe.Alpha,
                AdapterOptions.ParseScaling(recipe.Scaling),
                recipe.Targets,
                recipe.Seed
            )
            {
                Factors = AdapterOptions.ParseFactors(recipe.Factors),
                RankPattern = recipe.RankPattern,
                Initial = recipe.InitialFactors is { } digest ? await InitialAsync(digest).ConfigureAwait(false) : null,
            }
        );

    private async Task<InitialFactors> InitialAsync(string digest)
    {
        using var bytes = new MemoryStream();
        try
        {
            await using var blob = await blobs.OpenAsync(digest).ConfigureAwait(false);
            await blob.CopyToAsync(bytes).ConfigureAwait(false);
        }
        catch (FileNotFoundException)
        {
            throw new InvalidAdapterOptionsException(
                $"adapter.initialisation.sha256: this silo does not hold {digest}; submit the run with --initial-factors FILE."
            );
        }

        var initial = InitialFactors.Read(bytes.ToArray());
        return initial.Sha256 == digest
            ? initial
            : throw new InvalidAdapterOptionsException(
                $"adapter.initialisation.sha256: the blob {digest} now holds bytes with the digest {initial.Sha256}; restore it."
            );
    }
}
