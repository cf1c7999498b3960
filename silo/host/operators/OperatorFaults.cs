using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>Faults of the operator API as problem details: what the operator can mend is said, the rest is in the log.</summary>
internal sealed partial class OperatorFaults(ILogger<OperatorFaults> log) : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (UnknownRunException e)
        {
            return OperatorApi.Problem(StatusCodes.Status404NotFound, "No such run", e.Message);
        }
        catch (BadHttpRequestException e)
        {
            return OperatorApi.Problem(e.StatusCode, "The request cannot be read", e.Message);
        }
        catch (Exception e)
            when (e
                    is TimeoutException
                        or SiloUnavailableException
                        or OrleansMessageRejectionException
                        or ActivationSupersededException
            )
        {
            return OperatorApi.Problem(
                StatusCodes.Status503ServiceUnavailable,
                "The silo is busy",
                $"{e.Message} Try again."
            );
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFault(e, context.HttpContext.Request.Path);
            return OperatorApi.Problem(
                StatusCodes.Status500InternalServerError,
                "The silo failed to answer",
                $"{e.GetType().Name}: {e.Message} The silo's log says more."
            );
        }
    }

    [LoggerMessage(LogLevel.Error, "{Path} failed")]
    private partial void LogFault(Exception fault, string path);
}
