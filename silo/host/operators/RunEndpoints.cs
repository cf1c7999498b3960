using Federated.Aggregation.Grains;
using Federated.Protocol;
using Microsoft.AspNetCore.Http.Features;

namespace Federated.Silo;

/// <summary>Submitting runs, and reading them.</summary>
internal static class RunEndpoints
{
    private const int LongestDocument = 256 * 1024;

    public static void MapRuns(this RouteGroupBuilder api)
    {
        api.MapPost("/runs", SubmitAsync);
        api.MapGet("/runs", ListAsync);
        api.MapGet(
            "/runs/{id}",
            async (string id, RunLookup runs) =>
                Results.Ok(RunView.Of((await (await runs.FindAsync(id)).StatusAsync())!))
        );
        api.MapGet(
            "/runs/{id}/versions",
            async (string id, RunLookup runs, long from = 0) =>
                Results.Ok((await (await runs.FindAsync(id)).VersionsAsync(from)).Select(VersionView.Of))
        );
        api.MapGet(
            "/runs/{id}/explain",
            async (string id, RunLookup runs) => Results.Ok(await (await runs.FindAsync(id)).ExplainAsync())
        );
        api.MapGet(
            "/runs/{id}/document",
            async (string id, RunLookup runs) =>
                Results.Bytes((await (await runs.FindAsync(id)).DocumentAsync())!, "application/json")
        );
    }

    private static async Task<IResult> SubmitAsync(
        HttpRequest request,
        LayoutCatalog catalog,
        PublicData publicData,
        AdapterLayouts layouts,
        SiloOptions options,
        IGrainFactory grains,
        CancellationToken cancellation
    )
    {
        if (request.ContentLength > LongestDocument)
        {
            return OperatorApi.Problem(
                StatusCodes.Status413PayloadTooLarge,
                "The run document is too long",
                $"{request.ContentLength} bytes; at most {LongestDocument}."
            );
        }

        // A body in chunks has no length before it ends; reading more than this fails with 413.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = LongestDocument;
        }

        using var reader = new StreamReader(request.Body);
        RunDocument document;
        try
        {
            document = RunDocumentYaml.Parse(await reader.ReadToEndAsync(cancellation), new CalibratedNoise());
        }
        catch (RunDocumentException e)
        {
            return Invalid(e.Errors);
        }

        var group = document.Participants.Group ?? options.Groups[0];
        if (!options.Groups.Contains(group))
        {
            return Invalid([
                new RunDocumentError(
                    null,
                    "participants.group",
                    group,
                    $"this silo has the groups {string.Join(", ", options.Groups)}",
                    $"name one of them, or start fedsilo with --group {group}"
                ),
            ]);
        }

        var (layout, error) = await catalog.ResolveAsync(document, layouts);
        if (error is not null)
        {
            return Invalid([error]);
        }

        if (publicData.WhyNot(document) is { } unjudged)
        {
            return Invalid([unjudged]);
        }

        var submission = new RunSubmission(CanonicalRunDocument.Bytes(document), layout!.Model.Layers);
        var answer = await grains.GetGrain<IGroupGrain>(group).SubmitAsync(submission);
        return answer.Error is { } refused
            ? OperatorApi.Problem(StatusCodes.Status409Conflict, "The run cannot start", refused)
            : Results.Ok(new SubmittedRun(answer.RunDigest!, answer.Name!, RunNotes.Of(document, layout.Adapter)));
    }

    private static async Task<IResult> ListAsync(RunLookup runs, IGrainFactory grains)
    {
        var all = await runs.AllAsync();
        var statuses = await Task.WhenAll(all.Select(run => grains.GetGrain<IRunGrain>(run.RunDigest).StatusAsync()));
        return Results.Ok(statuses.OfType<RunStatus>().Select(RunView.Of));
    }

    private static IResult Invalid(IReadOnlyList<RunDocumentError> errors) =>
        Results.Problem(
            detail: string.Join("\n", errors),
            statusCode: StatusCodes.Status400BadRequest,
            title: $"The run document has {errors.Count} error(s)",
            extensions: new Dictionary<string, object?>
            {
                ["errors"] = errors.Select(error => new
                {
                    line = error.Line,
                    field = error.Path,
                    value = error.Value,
                    reason = error.Reason,
                    fix = error.Fix,
                }),
            }
        );
}
