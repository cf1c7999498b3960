using System.Globalization;
using System.Security.Cryptography;
using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Protocol;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Federated.Silo;

/// <summary>Lets a call in when the key that its node registered has signed method, node and time. Join proves its key itself.</summary>
internal sealed class NodeAuthentication(IGrainFactory grains, OpenCalls calls, TimeProvider time) : Interceptor
{
    private const string Join = "/federated.v1.Federation/Join";

    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    )
    {
        using var open = await AuthenticateAsync(context);
        return await continuation(request, context);
    }

    /// <inheritdoc/>
    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        using var open = await AuthenticateAsync(context);
        return await continuation(requestStream, context);
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        using var open = await AuthenticateAsync(context);
        await continuation(request, responseStream, context);
    }

    // Null for Join, which is over at once.
    private async Task<IDisposable?> AuthenticateAsync(ServerCallContext context)
    {
        if (context.Method == Join)
        {
            return null;
        }

        var nodeId = Required(context, NodeCallSignature.NodeKey);
        var written = Required(context, NodeCallSignature.TimeKey);
        var signature = new byte[64];
        if (
            !long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var unixMilliseconds)
            || !Convert.TryFromBase64String(
                Required(context, NodeCallSignature.SignatureKey),
                signature,
                out var length
            )
        )
        {
            throw Refused(
                RejectionReason.BadCallSignature,
                $"{NodeCallSignature.TimeKey} must be unix milliseconds and {NodeCallSignature.SignatureKey} 64 bytes in base64."
            );
        }

        // Nothing is looked up for what cannot be an id: strangers should cost nothing.
        var publicKey =
            (Sha256Text.IsDigest(nodeId) ? await grains.GetGrain<INodeGrain>(nodeId).PublicKeyAsync() : null)
            ?? throw Refused(
                RejectionReason.UnknownNode,
                $"No node {Shown(nodeId)} has joined this silo. Join it with a token of the operator."
            );
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        var now = time.GetUtcNow();
        switch (
            NodeCallSignature.Verify(key, context.Method, nodeId, unixMilliseconds, now, signature.AsSpan(0, length))
        )
        {
            case CallVerdict.Valid:
                context.SetNodeId(nodeId);
                return calls.Enter(nodeId);
            case CallVerdict.ClockDiffers:
                throw Refused(
                    RejectionReason.BadCallSignature,
                    $"The call was signed at {unixMilliseconds} ms, the silo's clock says {now.ToUnixTimeMilliseconds()} ms; "
                        + $"they may differ by {NodeCallSignature.MaxClockDifference.TotalMinutes:0} minutes. Set the clocks."
                );
            default:
                throw Refused(
                    RejectionReason.BadCallSignature,
                    $"The call is not signed by the key of node {Shown(nodeId)}."
                );
        }
    }

    private static string Required(ServerCallContext context, string key) =>
        context.RequestHeaders.GetValue(key)
        ?? throw Refused(RejectionReason.BadCallSignature, $"The call carries no {key}.");

    // What a stranger calls itself is shown, but not at any length.
    private static string Shown(string nodeId) => nodeId.Length <= 64 ? nodeId : nodeId[..64] + "…";

    private static RpcException Refused(RejectionReason reason, string message) =>
        Refusals.Exception(new Refused(reason, message, MayRetry: false));
}
