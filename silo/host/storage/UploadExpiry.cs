namespace Federated.Silo;

/// <summary>Drops, at the start and once an hour, the unfinished uploads that nobody has continued for a week.</summary>
internal sealed partial class UploadExpiry(
    Action<DateTimeOffset> dropUntouchedSince,
    TimeProvider time,
    ILogger<UploadExpiry> log
) : BackgroundService
{
    /// <summary>How long an unfinished upload is kept after its last byte.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                dropUntouchedSince(time.GetUtcNow() - KeptFor);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogKept(e, Interval);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "old uploads could not be dropped; next attempt in {Interval}")]
    private partial void LogKept(Exception fault, TimeSpan interval);
}
