namespace Federated.Silo;

/// <summary>The operators' HTTP API: everything under /api asks for the operator token; /healthz asks for nothing.</summary>
internal static class OperatorApi
{
    private const string Scheme = "Bearer ";

    public static void MapOperatorApi(this WebApplication app)
    {
        app.MapGet("/healthz", () => Results.Text("ok\n"));
        var api = app.MapGroup("/api").AddEndpointFilter(RequireTokenAsync).AddEndpointFilter<OperatorFaults>();
        api.MapRuns();
        api.MapRunCommands();
        api.MapRunEvents();
        api.MapAdapters();
        api.MapInitialFactors();
        api.MapNodes();
        api.MapInvitations();
    }

    private static ValueTask<object?> RequireTokenAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var header = context.HttpContext.Request.Headers.Authorization.ToString();
        var token = context.HttpContext.RequestServices.GetRequiredService<OperatorToken>();
        return header.StartsWith(Scheme, StringComparison.Ordinal) && token.Matches(header[Scheme.Length..])
            ? next(context)
            : ValueTask.FromResult<object?>(
                Problem(
                    StatusCodes.Status401Unauthorized,
                    "The operator token is missing or wrong",
                    "Send the content of operator.token in the silo's data folder as \"Authorization: Bearer …\"."
                )
            );
    }

    /// <summary>A refusal as problem details (RFC 9457).</summary>
    public static IResult Problem(int status, string title, string detail) =>
        Results.Problem(detail, statusCode: status, title: title);
}
