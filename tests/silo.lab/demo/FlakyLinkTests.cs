using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Federated.Lab.Demo.Links;

namespace Federated.Lab.Tests.Demo;

public sealed class FlakyLinkTests : IAsyncDisposable
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    private readonly TcpListener _silo = new(AnyPort);

    public FlakyLinkTests() => _silo.Start();

    public ValueTask DisposeAsync()
    {
        _silo.Dispose();
        return ValueTask.CompletedTask;
    }

    private IPEndPoint Silo => (IPEndPoint)_silo.LocalEndpoint;

    [Fact]
    public async Task Bytes_pass_unchanged_both_ways()
    {
        await using var link = new FlakyLink(AnyPort, Silo, null, TimeProvider.System);
        using var node = await ConnectAsync(link);
        using var silo = await _silo.AcceptSocketAsync(Stop);
        var sent = Enumerable.Range(0, 100_000).Select(i => (byte)(i * 31)).ToArray();

        var received = ReceiveAsync(silo, sent.Length);
        await SendAsync(node, sent);
        Assert.Equal(sent, await received);

        var back = ReceiveAsync(node, sent.Length);
        await SendAsync(silo, sent);
        Assert.Equal(sent, await back);
    }

    [Fact]
    public async Task A_slow_link_holds_a_large_upload_to_its_rate()
    {
        var pace = new UploadPace(200_000, 10_000, TimeProvider.System);
        await using var link = new FlakyLink(AnyPort, Silo, pace, TimeProvider.System);
        using var node = await ConnectAsync(link);
        using var silo = await _silo.AcceptSocketAsync(Stop);

        var watch = Stopwatch.StartNew();
        var received = ReceiveAsync(silo, 70_000);
        await SendAsync(node, new byte[70_000]);
        await received;

        Assert.True(watch.Elapsed >= TimeSpan.FromSeconds(0.25), $"took {watch.Elapsed}, expected at least 0.25 s");
    }

    [Fact]
    public async Task A_slow_link_lets_a_heartbeat_and_all_answers_pass_at_once()
    {
        var pace = new UploadPace(1, 10_000, TimeProvider.System);
        await using var link = new FlakyLink(AnyPort, Silo, pace, TimeProvider.System);
        using var node = await ConnectAsync(link);
        using var silo = await _silo.AcceptSocketAsync(Stop);

        var up = ReceiveAsync(silo, 2_000);
        await SendAsync(node, new byte[2_000]);
        await up;
        var down = ReceiveAsync(node, 500_000);
        await SendAsync(silo, new byte[500_000]);

        Assert.Equal(500_000, (await down).Length);
    }

    [Fact]
    public async Task A_cut_breaks_what_is_connected_and_refuses_what_comes()
    {
        await using var link = new FlakyLink(AnyPort, Silo, null, TimeProvider.System);
        using var node = await ConnectAsync(link);
        using var silo = await _silo.AcceptSocketAsync(Stop);

        link.Cut();

        await AssertBrokenAsync(node);
        await AssertBrokenAsync(silo);
        await AssertBrokenAsync(async () =>
        {
            using var late = await ConnectAsync(link);
            return await late.ReceiveAsync(new byte[1], SocketFlags.None, Stop);
        });
        Assert.False(_silo.Pending());
    }

    [Fact]
    public async Task After_a_cut_an_open_link_passes_again()
    {
        await using var link = new FlakyLink(AnyPort, Silo, null, TimeProvider.System);
        link.Cut();
        link.Open();
        using var node = await ConnectAsync(link);
        using var silo = await _silo.AcceptSocketAsync(Stop);

        var received = ReceiveAsync(silo, 3);
        await SendAsync(node, [1, 2, 3]);

        Assert.Equal([1, 2, 3], await received);
    }

    [Fact]
    public async Task A_side_that_goes_takes_the_other_with_it()
    {
        await using var link = new FlakyLink(AnyPort, Silo, null, TimeProvider.System);
        using var node = await ConnectAsync(link);
        using var silo = await _silo.AcceptSocketAsync(Stop);

        node.Close();

        await AssertBrokenAsync(silo);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<Socket> ConnectAsync(FlakyLink link)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, link.Port), Stop);
        return socket;
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length; )
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent), SocketFlags.None, Stop);
        }
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var received = 0; received < count; )
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(received), SocketFlags.None, Stop);
            Assert.NotEqual(0, read);
            received += read;
        }

        return bytes;
    }

    private static Task AssertBrokenAsync(Socket socket) =>
        AssertBrokenAsync(async () => await socket.ReceiveAsync(new byte[1], SocketFlags.None, Stop));

    private static async Task AssertBrokenAsync(Func<Task<int>> receive)
    {
        try
        {
            Assert.Equal(0, await receive());
        }
        catch (SocketException)
        {
            // Reset: broken as well.
        }
    }
}
