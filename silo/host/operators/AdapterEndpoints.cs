using Federated.Aggregation.Grains;
using Federated.Protocol;

namespace Federated.Silo;

/// <summary>Published adapters, as a zip of the two files that PEFT reads.</summary>
internal static class AdapterEndpoints
{
    public static void MapAdapters(this RouteGroupBuilder api)
    {
        api.MapGet("/runs/{id}/adapter", DownloadAsync);
        api.MapGet("/models", (LayoutCatalog catalog) => catalog.Models.Select(m => new { m.Name, m.Digest }));
    }

    private static async Task<IResult> DownloadAsync(
        string id,
        RunLookup runs,
        IGrainFactory grains,
        LayoutCatalog catalog,
        AdapterLayouts layouts,
        AdapterArchive archive,
        CancellationToken cancellation,
        long? version = null
    )
    {
        var run = await runs.FindAsync(id);
        var adapters = grains.GetGrain<IAdapterGrain>(run.GetPrimaryKeyString());
        var published = version is { } wanted ? await adapters.VersionAsync(wanted) : await adapters.LatestAsync();
        if (published is null)
        {
            var what = version is null ? "no version yet" : $"no version {version}";
            return OperatorApi.Problem(
                StatusCodes.Status404NotFound,
                "No such version",
                $"The run has published {what}."
            );
        }

        var document = CanonicalRunDocument.Parse(await run.DocumentAsync());
        var (layout, error) = await catalog.ResolveAsync(document, layouts);
        return error is null
            ? Results.Bytes(
                await archive.CreateAsync(layout!, published, document.Privacy.Mechanism == "gaussian", cancellation),
                "application/zip",
                $"{id}-v{published.Version}.zip"
            )
            : OperatorApi.Problem(StatusCodes.Status409Conflict, "The base model is not here", error.ToString());
    }
}
