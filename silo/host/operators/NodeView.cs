using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>A node as the operator API says it: what its last heartbeat told, and nothing that derives from records.</summary>
/// <param name="NodeId">SHA-256 of its public key.</param>
/// <param name="Name">A name for people.</param>
/// <param name="Group">Its group.</param>
/// <param name="LastContact">Its last call since this silo started, null = none.</param>
/// <param name="Phase">idle | downloading | training | sealing | uploading | waiting; empty = no heartbeat yet.</param>
/// <param name="RunDigest">The run worked on, null = none.</param>
/// <param name="BaseVersion">The version trained from.</param>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Steps">Optimizer steps of the update.</param>
/// <param name="BytesSent">Since the node started.</param>
/// <param name="BytesReceived">Since the node started.</param>
/// <param name="EpsilonReserved">What the plan costs, where the owner shows it.</param>
/// <param name="EpsilonBudget">What the owner allows, where shown.</param>
/// <param name="EpsilonOfStepsDone">What the steps done would cost, where shown.</param>
/// <param name="LedgerSequence">The highest entry of its privacy ledger that it has shown.</param>
/// <param name="SoftwareVersion">As it said at its last check-in.</param>
public sealed record NodeView(
    string NodeId,
    string Name,
    string Group,
    DateTimeOffset? LastContact,
    string Phase,
    string? RunDigest,
    long BaseVersion,
    int Step,
    int Steps,
    long BytesSent,
    long BytesReceived,
    double EpsilonReserved,
    double EpsilonBudget,
    double EpsilonOfStepsDone,
    long LedgerSequence,
    string SoftwareVersion
)
{
    private static readonly NodeProgress NoHeartbeat = new(null, 0, "", 0, 0, 0, 0, 0, 0, 0);

    /// <summary>From what the node's grain knows.</summary>
    public static NodeView Of(NodeStatus node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var progress = node.Progress ?? NoHeartbeat;
        return new(
            node.NodeId,
            node.DisplayName,
            node.Group,
            node.LastContact,
            progress.Phase,
            progress.RunDigest,
            progress.BaseVersion,
            progress.Step,
            progress.Steps,
            progress.BytesSent,
            progress.BytesReceived,
            progress.EpsilonReserved,
            progress.EpsilonBudget,
            progress.EpsilonOfStepsDone,
            node.Ledger.Sequence,
            node.SoftwareVersion
        );
    }
}
