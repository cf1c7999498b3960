using System.Net;
using System.Net.Sockets;

namespace Federated.Silo;

/// <summary>Ports, checked before anything is started, so that the error can name the option.</summary>
internal static class Ports
{
    /// <summary>Refuses an address that others could listen in on.</summary>
    /// <exception cref="StartupException">Not a loopback address.</exception>
    public static void RequireLoopback(IPAddress address)
    {
        if (!IPAddress.IsLoopback(address))
        {
            throw new StartupException(
                $"--listen {address} is not a loopback address. Both listeners are unencrypted, so anyone on the network could "
                    + "read adapters and tokens. Leave --listen out (127.0.0.1), and let a TLS proxy on this machine forward to it."
            );
        }
    }

    /// <summary>Refuses a port that somebody holds. 0 is always free.</summary>
    /// <exception cref="StartupException">The port is in use or not permitted.</exception>
    public static void RequireFree(string option, IPAddress address, int port)
    {
        try
        {
            Bind(address, port).Dispose();
        }
        catch (SocketException e)
        {
            throw new StartupException(
                $"{option} {port} cannot be used on {address}: {e.Message}. "
                    + $"Stop the program that holds it, or choose another port ({option} 0 takes any free one).",
                e
            );
        }
    }

    private static TcpListener Bind(IPAddress address, int port)
    {
        var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }
}
