using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Federated.Silo;

/// <summary>
/// A bound on the connections of one listener: without one, anybody who opens enough of them takes the process its last file descriptor, and the process ends. Each listener has
/// its own, so that a crowd at the nodes' door does not lock the operator out.
/// </summary>
internal static class ConnectionLimit
{
    /// <summary>Closes at once what comes over the limit.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="most">Connections at the same time; ≥ 1.</param>
    public static void LimitConnections(this ListenOptions listen, int most)
    {
        var open = 0;
        listen.Use(next =>
            async connection =>
            {
                try
                {
                    if (Interlocked.Increment(ref open) <= most)
                    {
                        await next(connection);
                    }
                    else
                    {
                        connection.Abort();
                    }
                }
                finally
                {
                    Interlocked.Decrement(ref open);
                }
            }
        );
    }
}
