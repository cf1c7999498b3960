using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Protocol.V1;
using Grpc.Core;

namespace Federated.Silo;

/// <summary>Refusals on the wire: as a message where the reply has room for one, else as a status with the reason in a trailer.</summary>
internal static class Refusals
{
    /// <summary>Trailer that holds the name of the <see cref="RejectionReason"/>.</summary>
    public const string ReasonKey = "fed-reason";

    public static Refusal Message(Refused refused) =>
        new()
        {
            Reason = refused.Reason.ToString(),
            Message = refused.Message,
            MayRetry = refused.MayRetry,
        };

    public static RpcException Exception(Refused refused) =>
        new(new Status(StatusOf(refused), refused.Message), new Metadata { { ReasonKey, refused.Reason.ToString() } });

    private static StatusCode StatusOf(Refused refused) =>
        refused.Reason switch
        {
            RejectionReason.UnknownNode or RejectionReason.BadCallSignature => StatusCode.Unauthenticated,
            RejectionReason.InvalidInvitation or RejectionReason.NodeNotAdmitted or RejectionReason.NodeSuspended =>
                StatusCode.PermissionDenied,
            RejectionReason.UnknownRun or RejectionReason.UnknownBaseVersion => StatusCode.NotFound,
            _ when refused.MayRetry => StatusCode.Unavailable,
            _ => StatusCode.FailedPrecondition,
        };
}
