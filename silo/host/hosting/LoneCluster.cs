using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;

namespace Federated.Silo;

/// <summary>
/// Orleans in one process, which nobody else may join or call: its own protocol knows no operator token and no node's key, and every user of this machine
/// can reach a loopback port.
/// </summary>
public static class LoneCluster
{
    /// <summary>Makes the silo a cluster of its own. There is no gateway, and whoever connects to the port that a silo cannot be without is cut off.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="clusterId">Its cluster's name.</param>
    /// <param name="port">That port (<see cref="LoopbackPorts.StartAsync"/>).</param>
    public static void UseLoneCluster(this ISiloBuilder silo, string clusterId, int port)
    {
        silo.UseLocalhostClustering(port, gatewayPort: 0, serviceId: "federated", clusterId: clusterId);
        silo.Configure<SiloConnectionOptions>(connections =>
            connections.ConfigureSiloInboundConnection(inbound => inbound.Use(_ => CutOffAsync))
        );
    }

    private static Task CutOffAsync(ConnectionContext stranger)
    {
        stranger.Abort();
        return Task.CompletedTask;
    }
}
