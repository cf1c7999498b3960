using Serilog;

namespace Federated.ClientNode;

/// <summary>Tells the silo every two seconds how far the work is, and listens to what it wants.</summary>
internal sealed class Heartbeats : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly ISiloConnection _silo;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenSource _work;
    private readonly Task _beating;
    private volatile NodeProgress _progress;

    /// <summary>Starts to beat.</summary>
    /// <param name="silo">Who listens.</param>
    /// <param name="progress">What to say first.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where commands of the silo are noted.</param>
    /// <param name="stopped">The owner stops the node.</param>
    public Heartbeats(
        ISiloConnection silo,
        NodeProgress progress,
        TimeProvider time,
        ILogger log,
        CancellationToken stopped
    )
    {
        _silo = silo;
        _progress = progress;
        _time = time;
        _log = log;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        _work = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        _beating = BeatAsync();
    }

    /// <summary>What the next beat says.</summary>
    public NodeProgress Progress
    {
        get => _progress;
        set => _progress = value;
    }

    /// <summary>Cancelled when the owner stops the node or the silo cancels the run.</summary>
    public CancellationToken Work => _work.Token;

    /// <summary>True: the silo has cancelled the run.</summary>
    public bool IsCancelledBySilo { get; private set; }

    /// <summary>Ends the beats.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _beating;
        _ended.Dispose();
        _work.Dispose();
    }

    private async Task BeatAsync()
    {
        var last = SiloCommand.Continue;
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do
            {
                try
                {
                    var command = await _silo.HeartbeatAsync(_progress, _ended.Token);
                    if (command != last)
                    {
                        _log.Information("the silo asks to {Command}", command);
                    }

                    last = command;
                    if (command == SiloCommand.Cancel)
                    {
                        IsCancelledBySilo = true;
                        await _work.CancelAsync();
                        return;
                    }
                }
                catch (Exception error) when (error is SiloUnreachableException or SiloRefusedException)
                {
                    // The work goes on without contact: what it makes is sealed, and offered when the silo is back.
                    _log.Debug("heartbeat lost: {Reason}", error.Message);
                }
            } while (await timer.WaitForNextTickAsync(_ended.Token));
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }
}
