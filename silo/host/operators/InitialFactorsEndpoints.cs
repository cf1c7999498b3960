using Federated.Adapters;
using Federated.Aggregation.Grains;
using Microsoft.AspNetCore.Http.Features;

namespace Federated.Silo;

/// <summary>Taking in the file of A factors that a run document is going to name.</summary>
internal static class InitialFactorsEndpoints
{
    private const long LongestFile = 1L << 30;

    public static void MapInitialFactors(this RouteGroupBuilder api) => api.MapPost("/initial-factors", StoreAsync);

    // Kept until somebody removes it: runs that name it may come at any time.
    private static async Task<IResult> StoreAsync(HttpRequest request, IBlobStore blobs, CancellationToken cancellation)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = LongestFile;
        }

        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, cancellation);
        try
        {
            var file = bytes.ToArray();
            _ = InitialFactors.Read(file);
            return Results.Ok(new StoredFactors(await blobs.PutAsync(file, cancellation)));
        }
        catch (InvalidAdapterOptionsException e)
        {
            return OperatorApi.Problem(
                StatusCodes.Status400BadRequest,
                "This is no file of initial factors",
                $"{e.Message} Make one with fedsilo adapter init."
            );
        }
    }
}
