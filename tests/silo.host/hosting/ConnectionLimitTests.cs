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

        var first = new TcpClient();
        await first.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        Assert.True(await IsServedAsync(first));
        using (var second = new TcpClient())
        {
            await second.ConnectAsync(IPAddress.Loopback, port, Cancellation);
            Assert.False(await IsServedAsync(second));
        }

        first.Dispose();
        while (true)
        {
            // The server sees the end of the first by and by.
            using var third = new TcpClient();
            await third.ConnectAsync(IPAddress.Loopback, port, Cancellation);
            if (await IsServedAsync(third))
            {
                break;
            }
        }
    }

    private static async Task<bool> IsServedAsync(TcpClient client)
    {
        try
        {
            await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: silo\r\n\r\n"u8.ToArray(), Cancellation);
            return await client.GetStream().ReadAsync(new byte[1], Cancellation) == 1;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
