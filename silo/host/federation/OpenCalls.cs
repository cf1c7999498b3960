using Federated.Aggregation;
using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>
/// How many calls each node has open. A node needs few: one for work, one for bytes, a heartbeat, and those of a cut connection that have not ended yet. Without a bound one member
/// could hold files and memory by the thousand.
/// </summary>
internal sealed class OpenCalls
{
    /// <summary>Calls that one node may have open.</summary>
    public const int Most = 32;

    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Counts a call until it is disposed.</summary>
    /// <param name="nodeId">Whose call it is.</param>
    /// <exception cref="Grpc.Core.RpcException">The node has too many; it may try again.</exception>
    public IDisposable Enter(string nodeId)
    {
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(nodeId);
            if (open >= Most)
            {
                throw Refusals.Exception(
                    new Refused(
                        RejectionReason.Unavailable,
                        $"This node has {open} calls open. Try again when some of them have ended.",
                        MayRetry: true
                    )
                );
            }

            _open[nodeId] = open + 1;
        }

        return new Call(this, nodeId);
    }

    private void Leave(string nodeId)
    {
        lock (_lock)
        {
            if (--_open[nodeId] == 0)
            {
                _open.Remove(nodeId);
            }
        }
    }

    private sealed class Call(OpenCalls calls, string nodeId) : IDisposable
    {
        public void Dispose() => calls.Leave(nodeId);
    }
}
