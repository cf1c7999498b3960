using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Federated.Silo.Tests;

public sealed class ConnectionLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_comes_over_the_limit_is_closed_and_there_is_room_again_afterwards()
    {
        ListenOptions? listener = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                {
                    listen.LimitConnections(1);
                    listener = listen;
                }
            )
        );
        await using var app = builder.Build();
        app.MapGet("/", () => "ok");
        await app.StartAsync(Cancellation);
        var port = listener!.IPEndPoint!.Port;

        using (var first = await ServedAsync(port))
        {
            Assert.NotNull(first);
            using var second = await ServedAsync(port);
            Assert.Null(second);
        }

        while (true)
        {
            // The server sees the end of the first by and by.
            using var third = await ServedAsync(port);
            if (third is not null)
            {
                break;
            }
        }
    }

    // A connection on which an answer has come; null when it was closed instead, be it while it was made.
    private static async Task<TcpClient?> ServedAsync(int port)
    {
        var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, Cancellation);
            await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: silo\r\n\r\n"u8.ToArray(), Cancellation);
            if (await client.GetStream().ReadAsync(new byte[1], Cancellation) == 1)
            {
                return client;
            }
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // Closed.
        }

        client.Dispose();
        return null;
    }
}
