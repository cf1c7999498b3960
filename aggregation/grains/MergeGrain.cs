using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Federated.Aggregation.Grains;

/// <summary>Folds one version's updates into the adapter before it, on the thread pool: the run's turn and the silo's scheduler stay free.</summary>
/// <remarks>
/// One worker merges a whole version, and its merge uses every core with the same bits. Shares of several workers would have to leave their parts in the store, to be read, hashed and
/// written once more by whoever puts them together. Two processes that share the layers evenly are 0.7 times as fast as two threads of one for ffa and as fast for svd
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
        // A draw that is never published must not stay: with a second one of the same sum its noise could be averaged away.
        Func<ReadOnlyMemory<byte>, CancellationToken, Task<string>> put = plan.Central is null
            ? blobs.PutAsync
            : (blob, stop) => PutOnTrialAsync($"merge/{order.Owner}", blob, stop);
        var updates = plan.Updates.Select(update => update.Digest).ToHashSet(StringComparer.Ordinal);
        return await Task.Run(
            async () =>
            {
                // A version is made of what was accepted, or not at all.
                await blobs.RequireWholeAsync(plan.Blobs.Select(NameOf), cancellation);
                using var merged = plan.Central is null
                    ? await VersionMerge.MergeAsync(plan, layout, OpenAsync, cancellation)
                    : await CentralMerge.MergeAsync(plan, layout, OpenAsync, cancellation);
                return new MergeResult(
                    await put(merged.Blob, cancellation),
                    merged.Blob.Length,
                    merged.StepNorm,
                    merged.Report.ToJson(),
                    await PutAsync(merged.Residual),
                    merged.Residual?.LongLength ?? 0,
                    await PutAsync(merged.Tail),
                    merged.Tail?.LongLength ?? 0,
                    await PutAsync(merged.OptimizerState),
                    await PutAsync(merged.Centre)
                );
            },
            cancellation
        );

        Task<Stream> OpenAsync(string digest, CancellationToken stop) => blobs.OpenAsync(NameOf(digest), stop);

        string NameOf(string digest) => BlobNames.Of(digest, updates.Contains(digest) ? order.Owner : null);

        async Task<string?> PutAsync(byte[]? blob) => blob is null ? null : await put(blob, cancellation);
    }

    // As an upload: a blob that is deleted again unless a run's journal names it by and by. One upload a run: what a kill has left of a draw goes with the next one.
    private async Task<string> PutOnTrialAsync(string id, ReadOnlyMemory<byte> blob, CancellationToken cancellation)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(blob.Span));
        var held = await blobs.CommittedAsync(id, digest, cancellation);
        await using var upload = await blobs.ContinueAsync(id, digest, held, cancellation);
        await upload.AppendAsync(blob[(int)held..], cancellation);
        return await upload.CompleteAsync(digest, cancellation)
            ? digest
            : throw new IOException($"The blob {digest} was not written as it is.");
    }

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "merging version {Version}: {Updates} updates of {Parameters} parameters"
    )]
    private partial void LogMerging(long version, int updates, long parameters);
}
