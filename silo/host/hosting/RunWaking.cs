using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>Brings every run back after a start, so that deadlines pass and merges go on even when no node calls.</summary>
internal sealed partial class RunWaking(
    IGrainFactory grains,
    RunLookup runs,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<RunWaking> log
)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(5);

    /// <summary>Begins to wake all runs. One that cannot be read is tried again, and keeps no other from going on.</summary>
    public async Task WakeAllAsync()
    {
        foreach (var run in await runs.AllAsync())
        {
            _ = WakeAsync(run);
        }
    }

    /// <summary>Calls until a call succeeds, with a pause after each failure that doubles up to <see cref="LastRetry"/>.</summary>
    internal static async Task UntilDoneAsync(
        Func<Task> call,
        Action<Exception, TimeSpan> failed,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var wait = FirstRetry;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await call();
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                var pause = Task.Delay(wait, time, cancellation);
                failed(e, wait);
                await pause;
                wait = wait * 2 < LastRetry ? wait * 2 : LastRetry;
            }
        }
    }

    private async Task WakeAsync(GroupRun run)
    {
        try
        {
            // Any call that is answered has read the run's journal, and the run has then woken itself.
            await UntilDoneAsync(
                () => grains.GetGrain<IRunGrain>(run.RunDigest).StatusAsync(),
                (fault, wait) => LogAsleep(fault, run.Name, run.RunDigest, wait),
                time,
                lifetime.ApplicationStopping
            );
        }
        catch (Exception) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The next start wakes it.
        }
    }

    [LoggerMessage(LogLevel.Error, "run {Name} ({RunDigest}) cannot go on; next attempt in {Wait}")]
    private partial void LogAsleep(Exception fault, string name, string runDigest, TimeSpan wait);
}
