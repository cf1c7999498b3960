using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Federated.Aggregation.Grains;

/// <summary>Folds one version's updates into the adapter before it, on the thread pool: the run's turn and the silo's scheduler stay free.</summary>
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
                using var merged = await LinearMerge.MergeAsync(plan, layout, blobs.OpenAsync, cancellation);
                var digest = await blobs.PutAsync(merged.Blob, cancellation);
                var state = merged.OptimizerState is { } bytes ? await blobs.PutAsync(bytes, cancellation) : null;
                return new MergeResult(digest, merged.Blob.Length, merged.StepNorm, state);
            },
            cancellation
        );
    }

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "merging version {Version}: {Updates} updates of {Parameters} parameters"
    )]
    private partial void LogMerging(long version, int updates, long parameters);
}
