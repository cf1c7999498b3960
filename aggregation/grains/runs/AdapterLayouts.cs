using System.Collections.Concurrent;
using System.Text.Json;
using Federated.Adapters;

namespace Federated.Aggregation.Grains;

/// <summary>Makes adapter layouts from their recipes, once for each: drawing the frozen factors takes time.</summary>
public sealed class AdapterLayouts
{
    private readonly ConcurrentDictionary<string, Lazy<Task<AdapterLayout>>> _layouts = new(StringComparer.Ordinal);

    /// <summary>The layout of a recipe. The work is done on the thread pool.</summary>
    /// <exception cref="InvalidAdapterOptionsException">The recipe fits no model.</exception>
    public async Task<AdapterLayout> OfAsync(LayoutRecipe recipe)
    {
        var key = JsonSerializer.Serialize(recipe);
        var layout = _layouts.GetOrAdd(key, _ => new(() => Task.Run(() => Make(recipe))));
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

    private static AdapterLayout Make(LayoutRecipe recipe) =>
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
            }
        );
}
