using System.Net;
using System.Net.Sockets;
using Federated.Silo;

namespace Federated.Lab.Demo.Processes;

/// <summary>Loopback ports. They are chosen once and kept, so that nodes find the silo again after a restart.</summary>
internal static class FreePorts
{
    /// <summary>Distinct ports that are free now.</summary>
    public static IReadOnlyList<int> Take(int count) => LoopbackPorts.Take(count);

    /// <summary>Refuses a port that something else listens on.</summary>
    /// <exception cref="DemoException">The port is in use.</exception>
    public static void Require(int port, string what)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new DemoException(
                ExitCode.Usage,
                $"{what} {port}: in use on 127.0.0.1. Stop the program that has it (perhaps this demo, in another terminal), "
                    + "or start in another folder: --dir NAME.",
                e
            );
        }
    }
}
