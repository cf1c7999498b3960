using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Federated.Lab.Demo.Links;

/// <summary>A bad network between one node and the silo: a TCP relay that can be slow upwards, and can be cut.</summary>
/// <remarks>It moves bytes and knows nothing of what they mean; the programs on both sides know nothing of it.</remarks>
internal sealed class FlakyLink : IAsyncDisposable
{
    private const int ChunkBytes = 4096;

    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly UploadPace? _pace;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _relays = new();
    private readonly Task _accepting;
    private CancellationTokenSource _connected = new();
    private volatile bool _isOpen = true;

    /// <summary>Listens on <paramref name="listen"/> (loopback; port 0 = any) and relays to <paramref name="target"/>.</summary>
    /// <param name="listen">Where the node connects.</param>
    /// <param name="target">Where the silo listens.</param>
    /// <param name="pace">Slows the way up, shared by all connections; <see langword="null"/> for full speed.</param>
    /// <param name="time">The clock of the pace.</param>
    /// <exception cref="SocketException">The port is in use.</exception>
    public FlakyLink(IPEndPoint listen, IPEndPoint target, UploadPace? pace, TimeProvider time)
    {
        _listener = new TcpListener(listen);
        _target = target;
        _pace = pace;
        _time = time;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The port on which the node finds the silo.</summary>
    public int Port { get; }

    /// <summary>Whether connections pass.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Lets new connections pass.</summary>
    public void Open()
    {
        if (!_isOpen)
        {
            _connected = new CancellationTokenSource();
            _isOpen = true;
        }
    }

    /// <summary>Cuts all connections at once and refuses new ones until <see cref="Open"/>.</summary>
    public void Cut()
    {
        _isOpen = false;
        _connected.Cancel();
    }

    /// <summary>Cuts everything and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        Cut();
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_relays.Keys);
        _connected.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var node = await _listener.AcceptSocketAsync(_stop.Token);
                if (!_isOpen)
                {
                    Reset(node);
                    continue;
                }

                var relay = RelayAsync(node, _connected.Token);
                _relays[relay] = 0;
                _ = relay.ContinueWith(done => _relays.TryRemove(done, out _), TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The listener was stopped, or a connection broke before it was accepted.
            }
        }
    }

    private async Task RelayAsync(Socket node, CancellationToken connected)
    {
        using var silo = new Socket(_target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using (node)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(connected);
            try
            {
                await silo.ConnectAsync(_target, connected);
                node.NoDelay = silo.NoDelay = true;
                var up = CopyAsync(node, silo, _pace, either.Token);
                var down = CopyAsync(silo, node, null, either.Token);
                await Task.WhenAny(up, down);
                await either.CancelAsync();
                await Task.WhenAll(up, down);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // Cut, or one side has gone: the other side learns it by a reset, as on a real network.
            }

            Reset(node);
            Reset(silo);
        }
    }

    private async Task CopyAsync(Socket from, Socket to, UploadPace? pace, CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkBytes];
        while (true)
        {
            var count = await from.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
            if (count == 0)
            {
                return;
            }

            if (pace is not null && pace.Take(count, _time.GetTimestamp()) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, _time, cancellationToken);
            }

            for (var sent = 0; sent < count; )
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None, cancellationToken);
            }
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already gone.
        }

        socket.Close();
    }
}
