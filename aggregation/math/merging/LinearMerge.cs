using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>
/// x ← x + η Σ c Δ over the flat vectors, or another server optimizer's step by Σ c Δ: the exact merge where A is frozen (FFA-LoRA, Sun et al. 2024) or one factor is trained at a time (RoLoRA, Chen et al. 2024),
/// since averaging one factor beside a common other one is averaging the products; for both factors at once it is FedIT's average.
/// </summary>
/// <remarks>
/// Each update is read once. For each block of parameters all updates are added in the plan's fixed order (node id, base version) in
/// double precision, so that the sum stays in the processor's cache and the result has the same bits whatever the order of arrival. Threads take runs of consecutive blocks, and
/// no sum is ever split between two: the bits do not depend on their number. Memory is one float per parameter and a few blocks a thread, whatever the number of updates.
/// </remarks>
public static class LinearMerge
{
    /// <summary>Merges a version's updates into the adapter before it. CPU-bound: run it off any scheduler that must answer.</summary>
    /// <param name="plan">Updates and coefficients.</param>
    /// <param name="layout">The run's layout; every blob must have it, or the part of it that is trained from the update's base.</param>
    /// <param name="open">Opens a blob by its digest; the merge closes it.</param>
    /// <param name="cancellation">Checked for each block.</param>
    /// <exception cref="InvalidAdapterBlobException">A blob is not what the layout says.</exception>
    /// <exception cref="NonFiniteMergeException">The result does not fit into float32.</exception>
    public static async Task<MergedAdapter> MergeAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CancellationToken cancellation = default
    ) => await MergeAsync(plan, layout, open, Environment.ProcessorCount, cancellation).ConfigureAwait(false);

    /// <summary>The same on at most so many threads.</summary>
    internal static async Task<MergedAdapter> MergeAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        int threads,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(open);
        var optimizer = await ServerOptimizer
            .BeginAsync(plan, (int)layout.Count, open, cancellation)
            .ConfigureAwait(false);
        var merged = new MergedAdapter(plan.Version, layout);
        try
        {
            merged.StepNorm = Math.Sqrt(
                await MergeAsync(plan, layout, open, merged, optimizer, threads, cancellation).ConfigureAwait(false)
            );
            merged.OptimizerState = optimizer.State?.ToBytes();
            return merged;
        }
        catch
        {
            merged.Dispose();
            throw;
        }
    }

    // Returns the squared length of the step.
    private static async Task<double> MergeAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        MergedAdapter merged,
        ServerOptimizer optimizer,
        int threads,
        CancellationToken cancellation
    )
    {
        var before = new BlobSource(plan.PreviousDigest, layout, AdapterBlobKind.Adapter);
        if (ReferenceEquals(layout.TrainedAt(plan.Updates[0].BaseVersion), layout))
        {
            // Every element is read into its place just before it is changed.
            var centre = plan.CentreUnit is { } unit ? new NextCentre(new float[layout.Count], unit) : null;
            var step = new LinearStep(plan.Updates, layout, open, optimizer) { Before = before, Centre = centre };
            var square = await step.MoveAsync(
                    (offset, length) => merged.Elements.Slice(offset, length),
                    threads,
                    cancellation
                )
                .ConfigureAwait(false);
            merged.Centre = centre?.ToBlob(layout);
            return square;
        }

        await using (var whole = new BlobSet([before], open))
        {
            await whole.SeekAsync(0, 0, cancellation).ConfigureAwait(false);
            whole.Read(0, merged.Elements);
        }

        var squares = 0.0;
        foreach (var trained in plan.Updates.GroupBy(update => update.BaseVersion % 2))
        {
            var part = layout.TrainedAt(trained.Key);
            var own = layout.Take(part, merged.Elements);
            var partial = optimizer.Of(layout, part);
            squares += await new LinearStep([.. trained], part, open, partial)
                .MoveAsync(Own, threads, cancellation)
                .ConfigureAwait(false);
            layout.Put(part, own, merged.Elements);
            optimizer.Put(layout, part, partial);

            Span<float> Own(int offset, int length) => own.AsSpan(offset, length);
        }

        return squares;
    }
}
