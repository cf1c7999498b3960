using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Federated.Aggregation.Grains;

/// <summary>Folds one version's updates into the adapter before it, on the thread pool: the run's turn and the silo's scheduler stay free.</summary>
/// <remarks>
/// One worker merges a whole version, and its merge uses every core with the same bits. Shares of several workers would have to leave their parts in the store, to be read, hashed and
/// written once more by whoever puts them together. Two processes that share the layers evenly took 0.95 times as long as two threads of one for ffa and 1.4 times for svd
/// (benchmarks -- merge-shares), so on one machine there is nothing to win; and another machine has nothing to read, as long as one process holds the data folder.
/// </remarks>
[StatelessWorker]
internal sealed partial class MergeGrain(IBlobStore blobs, AdapterLayouts layouts, ILogger<MergeGrain> logger)
    : Grain,
        IMergeGrain
{
    /// <inheritdoc/>
    public async Task<MergeResult> MergeAsync(MergeOrder order, CancellationToken cancellation)
    {
        var layout = await layouts.OfAsync(order.Layout);
        var plan = MergePlan.FromJson(order.Plan);
        LogMerging(plan.Version, plan.Updates.Count, layout.Count);
        return await Task.Run(
            async () =>
            {
                using var merged = plan.Central is null
                    ? await VersionMerge.MergeAsync(plan, layout, blobs.OpenAsync, cancellation)
                    : await CentralMerge.MergeAsync(plan, layout, blobs.OpenAsync, cancellation);
                return new MergeResult(
                    await blobs.PutAsync(merged.Blob, cancellation),
                    merged.Blob.Length,
                    merged.StepNorm,
                    merged.Report.ToJson(),
                    await PutAsync(merged.Residual, cancellation),
                    merged.Residual?.LongLength ?? 0,
                    await PutAsync(merged.Tail, cancellation),
                    merged.Tail?.LongLength ?? 0,
                    await PutAsync(merged.OptimizerState, cancellation),
                    await PutAsync(merged.Centre, cancellation)
                );
            },
            cancellation
        );
    }

    private async Task<string?> PutAsync(byte[]? blob, CancellationToken cancellation) =>
        blob is null ? null : await blobs.PutAsync(blob, cancellation);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "merging version {Version}: {Updates} updates of {Parameters} parameters"
    )]
    private partial void LogMerging(long version, int updates, long parameters);
}
