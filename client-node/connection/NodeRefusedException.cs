namespace Federated.ClientNode;

/// <summary>The silo does not work with this node at all, until a person has done something about it.</summary>
internal sealed class NodeRefusedException(string reason, string message)
    : Exception($"the silo does not work with this node ({reason}): {message}")
{
    private static readonly HashSet<string> Final =
    [
        "UnsupportedProtocol", // another release is to be installed
        "UnknownNode", // the node is to join again
        "NodeNotAdmitted",
        "NodeSuspended",
        "LedgerRolledBack", // the gap is to be charged: fednode ledger recover
    ];

    /// <summary>
    /// Whether asking again is of no use. Everything else passes: a clock that is set, a silo that is repaired or updated, a connection that mixes up messages.
    /// </summary>
    /// <param name="reason">A reason by its name.</param>
    public static bool IsFinal(string reason) => Final.Contains(reason);
}
