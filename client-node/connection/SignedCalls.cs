using System.Globalization;
using Federated.Privacy.Accounting;
using Federated.Protocol;
using Grpc.Core;

namespace Federated.ClientNode;

/// <summary>What every call to the silo has: the node's signature, a deadline, and errors as the two that matter.</summary>
/// <param name="address">The silo, for errors.</param>
/// <param name="identity">Signs.</param>
/// <param name="time">The clock of signatures and deadlines.</param>
internal sealed class SignedCalls(string address, NodeIdentity identity, TimeProvider time)
{
    private const string ReasonTrailer = "fed-reason";

    /// <summary>The headers of a call.</summary>
    /// <param name="method">Its name in the service.</param>
    public Metadata Signed(string method)
    {
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        var node = identity.Id.Value;
        var signature = NodeCallSignature.Sign(identity.Key, $"/federated.v1.Federation/{method}", node, at);
        return new Metadata
        {
            { NodeCallSignature.NodeKey, node },
            { NodeCallSignature.TimeKey, at.ToString(CultureInfo.InvariantCulture) },
            { NodeCallSignature.SignatureKey, Convert.ToBase64String(signature) },
        };
    }

    /// <summary>A deadline from now.</summary>
    /// <param name="after">How long the call may take.</param>
    public DateTime Deadline(TimeSpan after) => time.GetUtcNow().UtcDateTime + after;

    // Something answers, in another protocol: most often the silo's other port.
    private static string Hint(RpcException error) =>
        error.Status.DebugException
            is HttpRequestException
            {
                HttpRequestError: HttpRequestError.InvalidResponse
                    or HttpRequestError.HttpProtocolError
                    or HttpRequestError.VersionNegotiationError
            }
            ? "; what listens there does not speak gRPC: give the address that fedsilo serve prints after grpc="
            : "";

    /// <summary>gRPC's errors as the two that matter: try again, or do not.</summary>
    public async Task<T> TranslatedAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (RpcException error) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("stopped", error, cancellation);
        }
        catch (RpcException error)
        {
            var detail = SiloText.Plain(error.Status.Detail.Split(". ")[0].TrimEnd('.')); // what follows is the inner exceptions
            throw error.StatusCode switch
            {
                StatusCode.Unavailable
                or StatusCode.DeadlineExceeded
                or StatusCode.Aborted
                or StatusCode.Cancelled
                or StatusCode.Internal
                or StatusCode.ResourceExhausted
                or StatusCode.OutOfRange // another attempt's bytes came in between: ask anew how far it came
                or StatusCode.Unknown => new SiloUnreachableException(
                    $"silo {address} does not answer ({error.StatusCode}: {detail}){Hint(error)}",
                    error
                ),
                _ => new SiloRefusedException(
                    $"silo {address} refused ({error.StatusCode}): {SiloText.Plain(error.Status.Detail)}",
                    error,
                    SiloText.Plain(error.Trailers.GetValue(ReasonTrailer) ?? "")
                ),
            };
        }
        catch (IOException error)
        {
            throw new SiloUnreachableException($"silo {address} broke off ({SiloText.Plain(error.Message)})", error);
        }
    }
}
