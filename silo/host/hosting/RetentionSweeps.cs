using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>
/// Applies each run's retention, a minute after the start and then some times a day: the runs give up what they no longer keep, durably; then the blobs that
/// no run needs are deleted.
/// </summary>
internal sealed partial class RetentionSweeps(
    IGrainFactory grains,
    RunLookup runs,
    BlobCollection blobs,
    [FromKeyedServices(GrainServices.Clock)] TimeProvider time,
    ILogger<RetentionSweeps> log
) : BackgroundService
{
    /// <summary>From the start to the first sweep: the runs go first.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMinutes(1);

    /// <summary>Time between two sweeps.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    // A run that has ended is not read again and again for nothing.
    private static readonly TimeSpan AskAgain = TimeSpan.FromDays(1);
    private readonly Dictionary<string, DateTimeOffset> _notBefore = new(StringComparer.Ordinal);

    /// <summary>One sweep. A run that cannot be read keeps no other from it; blobs are deleted only when all could be.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        foreach (var run in await runs.AllAsync())
        {
            cancellation.ThrowIfCancellationRequested();
            if (_notBefore.TryGetValue(run.RunDigest, out var due) && time.GetUtcNow() < due)
            {
                continue;
            }

            try
            {
                var next = await grains.GetGrain<IRunGrain>(run.RunDigest).SweepAsync();
                _notBefore[run.RunDigest] = next ?? time.GetUtcNow() + AskAgain;
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested)
            {
                LogNotSwept(fault, run.Name, Interval);
            }
        }

        if (await blobs.CollectAsync(cancellation) is { Blobs: > 0 } collected)
        {
            LogCollected(collected.Blobs, collected.Bytes);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(First, time, stoppingToken);
        while (true)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotCollected(fault, Interval);
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Blobs} blobs of updates that no run needs were deleted, {Bytes} bytes")]
    private partial void LogCollected(int blobs, long bytes);

    [LoggerMessage(LogLevel.Warning, "the retention of run {Name} could not be applied; next attempt in {Interval}")]
    private partial void LogNotSwept(Exception fault, string name, TimeSpan interval);

    [LoggerMessage(LogLevel.Warning, "nothing was deleted: a journal cannot be read; next attempt in {Interval}")]
    private partial void LogNotCollected(Exception fault, TimeSpan interval);
}
