using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace Federated.Silo;

/// <summary>
/// Finds ports to listen on. Not by asking for port 0: that gives ports from which outgoing connections are served too, so that
/// one found free now may be somebody's other end a moment later.
/// </summary>
public static class LoopbackPorts
{
    private const int First = 20_000;

    // Outgoing connections begin at 32 768 on Linux, higher elsewhere.
    private const int Last = 32_767;
    private const int Tries = 200;
    private const int Starts = 8;

    /// <summary>Distinct ports of 127.0.0.1 on which nobody listens.</summary>
    /// <param name="count">How many; ≥ 1.</param>
    /// <param name="except">Ports that are meant for something else.</param>
    /// <exception cref="IOException">None was found in many tries.</exception>
    public static IReadOnlyList<int> Take(int count, IReadOnlyCollection<int>? except = null)
    {
        var found = new List<int>();
        for (var i = 0; i < Tries && found.Count < count; i++)
        {
            var port = RandomNumberGenerator.GetInt32(First, Last + 1);
            if (except?.Contains(port) != true && !found.Contains(port) && IsFree(port))
            {
                found.Add(port);
            }
        }

        return found.Count == count
            ? found
            : throw new IOException(
                $"No {count} free ports among {First} … {Last} of 127.0.0.1: name some by options."
            );
    }

    /// <summary>
    /// Starts something on a port that is found for it, and on another when somebody else was quicker to take it: between finding and
    /// listening a port belongs to nobody.
    /// </summary>
    /// <param name="except">Ports that are meant for something else.</param>
    /// <param name="start">Starts on the port, and leaves nothing behind when it is in use.</param>
    /// <exception cref="AddressInUseException">Each time anew, in many starts.</exception>
    public static async Task<T> StartAsync<T>(IReadOnlyCollection<int>? except, Func<int, Task<T>> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        for (var left = Starts - 1; ; left--)
        {
            try
            {
                return await start(Take(1, except)[0]);
            }
            catch (AddressInUseException) when (left > 0)
            {
                // On another port.
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
