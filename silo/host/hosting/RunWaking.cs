using Federated.Aggregation.Grains;

namespace Federated.Silo;

/// <summary>Brings every run back after a start, so that deadlines pass and merges go on even when no node calls.</summary>
internal sealed partial class RunWaking(IGrainFactory grains, RunLookup runs, ILogger<RunWaking> log)
{
    /// <summary>Wakes all runs. One that cannot be read is left alone, and keeps no other from going on.</summary>
    public async Task WakeAllAsync()
    {
        foreach (var run in await runs.AllAsync())
        {
            try
            {
                await grains.GetGrain<IRunGrain>(run.RunDigest).WakeAsync();
            }
            catch (Exception e)
            {
                LogAsleep(e, run.Name, run.RunDigest);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "run {Name} ({RunDigest}) cannot go on")]
    private partial void LogAsleep(Exception fault, string name, string runDigest);
}
