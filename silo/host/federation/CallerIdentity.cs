using Grpc.Core;

namespace Federated.Silo;

/// <summary>The authenticated node of a call.</summary>
internal static class CallerIdentity
{
    private const string Key = "federated-node";

    public static void SetNodeId(this ServerCallContext context, string nodeId) => context.UserState[Key] = nodeId;

    /// <summary>Who calls. Every call but Join has passed <see cref="NodeAuthentication"/>.</summary>
    public static string NodeId(this ServerCallContext context) => (string)context.UserState[Key];
}
