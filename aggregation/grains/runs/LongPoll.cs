namespace Federated.Aggregation.Grains;

/// <summary>Lets calls wait for the next change without holding a grain's turn: for calls that interleave.</summary>
internal sealed class LongPoll
{
    /// <summary>No call is held longer: its answer must arrive before the call times out.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(25);

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;

    /// <summary>Answers everybody who waits.</summary>
    public void Signal()
    {
        var changed = _changed;
        if (!_closed)
        {
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    /// <summary>Answers everybody who waits, now and from now on: the activation ends.</summary>
    public void Close()
    {
        _closed = true;
        _changed.TrySetResult();
    }

    /// <summary>Waits for the next change, at most for <paramref name="wait"/>.</summary>
    public async Task WaitAsync(TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        var limit = wait < Longest ? wait : Longest;
        if (limit <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await _changed.Task.WaitAsync(limit, time, cancellation);
        }
        catch (TimeoutException)
        {
            // Nothing has changed: that is an answer too.
        }
    }
}
