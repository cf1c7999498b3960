namespace Federated.Aggregation.Grains;

// What the run's retention no longer keeps. Only the journal changes here: whoever collects blobs reads it, and deletes what no run needs.
internal sealed partial class RunGrain
{
    private const int UpdatesOfOneSweep = 1000;

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> SweepAsync()
    {
        if (_state is null)
        {
            return null;
        }

        var now = time.GetUtcNow();
        if (_state.Expired(now) is { Count: > 0 } expired)
        {
            // An event stamps the run as alive: what a downtime gives back to the open version is given first.
            if (DowntimeOf(_state) is { } moved)
            {
                await AppendAsync(moved);
            }

            foreach (var updates in expired.Chunk(UpdatesOfOneSweep))
            {
                await AppendAsync(new UpdatesSwept(now, updates));
            }

            LogSwept(_state.Name, expired.Count, _state.Terms.KeepUpdates);
            ArmTimer();
        }

        return _state.NextExpiry;
    }
}
