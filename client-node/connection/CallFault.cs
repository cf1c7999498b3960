using Federated.Adapters;
using Federated.Privacy.Accounting;

namespace Federated.ClientNode;

/// <summary>Tells faults of one call from faults of the node.</summary>
internal static class CallFault
{
    /// <summary>What the silo sends for one version or says about one update, or that a plan is over, is no reason to stop working on others.</summary>
    public static bool ConcernsOneCall(Exception error) =>
        error
            is SiloRefusedException
                or InvalidAdapterBlobException
                or InvalidAdapterOptionsException
                or LedgerConflictException;
}
