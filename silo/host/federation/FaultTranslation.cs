using Federated.Aggregation.Grains;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Federated.Silo;

/// <summary>
/// Gives each fault the status that tells a node what to do: try again (Unavailable, Aborted), or not. Untranslated faults
/// would all be Unknown, which no client may repeat.
/// </summary>
internal sealed partial class FaultTranslation(ILogger<FaultTranslation> log) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    )
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    /// <inheritdoc/>
    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Translate(e, context);
        }
    }

    internal static StatusCode StatusOf(Exception fault) =>
        fault switch
        {
            OperationCanceledException => StatusCode.Cancelled,
            SiloUnavailableException or OrleansMessageRejectionException or TimeoutException => StatusCode.Unavailable,
            JournalConflictException or JournalOutcomeUnknownException or ActivationSupersededException =>
                StatusCode.Aborted,
            InvalidProtocolBufferException => StatusCode.InvalidArgument,
            IOException or ObjectDisposedException => StatusCode.Unavailable,
            ArgumentException => StatusCode.InvalidArgument,
            _ => StatusCode.Internal,
        };

    private const int MostErrors = 4096;

    private RpcException Translate(Exception fault, ServerCallContext context)
    {
        var status = StatusOf(fault);
        if (status is StatusCode.Internal)
        {
            LogFault(fault, context.Method);
            return new RpcException(new Status(status, "The silo failed to answer; its log says why."));
        }

        // With the number of an error of the operating system it is the disk, and not a caller that has gone.
        if (fault is IOException { HResult: > 0 and < MostErrors })
        {
            LogStore(context.Method, fault.Message);
        }

        LogTranslated(context.Method, status, fault.Message);
        return new RpcException(new Status(status, fault.Message));
    }

    [LoggerMessage(LogLevel.Error, "{Method} failed")]
    private partial void LogFault(Exception fault, string method);

    [LoggerMessage(LogLevel.Warning, "{Method} could not use the data folder: {Reason}")]
    private partial void LogStore(string method, string reason);

    [LoggerMessage(LogLevel.Debug, "{Method} answered {Status}: {Reason}")]
    private partial void LogTranslated(string method, StatusCode status, string reason);
}
