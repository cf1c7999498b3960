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
    private const int AddedAtOnce = 4;

    // What is added in one go stays in the processor's nearest caches: four blocks of floats and one of doubles.
    private const int TileLength = 1 << 12;

    // Numbers of all updates together for which another thread is worth its own streams.
    private const long NumbersAThread = 1 << 20;

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
        Func<string, CancellationToken, Task<Stream>> open,
        CancellationToken cancellation = default
    ) => await MergeAsync(plan, layout, open, Environment.ProcessorCount, cancellation).ConfigureAwait(false);

    /// <summary>The same on at most so many threads.</summary>
    internal static async Task<MergedAdapter> MergeAsync(
        MergePlan plan,
        AdapterLayout layout,
        Func<string, CancellationToken, Task<Stream>> open,
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
        Func<string, CancellationToken, Task<Stream>> open,
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
            var square = await AddAsync(
                    plan.Updates,
                    layout,
                    open,
                    before,
                    (offset, length) => merged.Elements.Slice(offset, length),
                    optimizer,
                    threads,
                    cancellation,
                    centre
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
            var step = optimizer.Of(layout, part);
            squares += await AddAsync([.. trained], part, open, null, Own, step, threads, cancellation)
                .ConfigureAwait(false);
            layout.Put(part, own, merged.Elements);
            optimizer.Put(layout, part, step);

            Span<float> Own(int offset, int length) => own.AsSpan(offset, length);
        }

        return squares;
    }

    // Moves the values, which are read from a blob first where one is named; returns the squared length of the step.
    private static async Task<double> AddAsync(
        IReadOnlyList<WeightedUpdate> updates,
        AdapterLayout layout,
        Func<string, CancellationToken, Task<Stream>> open,
        BlobSource? before,
        Func<int, int, Span<float>> values,
        ServerOptimizer optimizer,
        int threads,
        CancellationToken cancellation,
        NextCentre? centre = null
    )
    {
        BlobSource[] sources =
        [
            .. updates.Select(update => new BlobSource(update.Digest, layout, AdapterBlobKind.Update)),
        ];
        var length = (int)Math.Min(BlobSet.BlockLengthFor(sources.Length), Math.Max(layout.Count, 1));
        var squares = new double[(layout.Count + length - 1) / length];
        var shares = Math.Clamp(layout.Count * updates.Count / NumbersAThread, 1, Math.Min(threads, squares.Length));
        await Parallel
            .ForEachAsync(
                Enumerable.Range(0, (int)shares),
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
                async (share, stop) =>
                {
                    var (first, end) = (
                        (int)(share * (long)squares.Length / shares),
                        (int)((share + 1) * (long)squares.Length / shares)
                    );
                    await AddShareAsync(first, end, stop).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
        var total = 0.0;
        foreach (var square in squares)
        {
            total += square;
        }

        return total;

        async Task AddShareAsync(int first, int end, CancellationToken stop)
        {
            await using var blobs = new BlobSet(sources, open);
            await using var start = new BlobSet(before is null ? [] : [before], open);
            var sum = new double[length];
            var blocks = Enumerable
                .Range(0, Math.Min(AddedAtOnce, updates.Count))
                .Select(_ => new float[length])
                .ToArray();
            WeightedUpdate[][] groups = [.. updates.Chunk(AddedAtOnce)];
            for (var block = first; block < end; block++)
            {
                stop.ThrowIfCancellationRequested();
                var offset = block * length;
                var count = (int)Math.Min(length, layout.Count - offset);
                sum.AsSpan().Clear();
                for (var g = 0; g < groups.Length; g++)
                {
                    for (var i = 0; i < groups[g].Length; i++)
                    {
                        var index = (g * AddedAtOnce) + i;
                        await blobs.SeekAsync(index, offset, stop).ConfigureAwait(false);
                        blobs.Read(index, blocks[i].AsSpan(0, count));
                    }

                    Add(groups[g], blocks, sum.AsSpan(0, count));
                }

                if (before is not null)
                {
                    await start.SeekAsync(0, offset, stop).ConfigureAwait(false);
                    start.Read(0, values(offset, count));
                }

                centre?.Note(offset, sum.AsSpan(0, count));
                squares[block] = optimizer.Step(values(offset, count), sum.AsSpan(0, count), offset);
            }
        }
    }

    private static void Add(WeightedUpdate[] group, float[][] blocks, Span<double> sum)
    {
        for (var tile = 0; tile < sum.Length; tile += TileLength)
        {
            var length = Math.Min(TileLength, sum.Length - tile);
            var part = sum.Slice(tile, length);
            if (group.Length == AddedAtOnce)
            {
                WeightedSum.Add(
                    part,
                    blocks[0].AsSpan(tile, length),
                    blocks[1].AsSpan(tile, length),
                    blocks[2].AsSpan(tile, length),
                    blocks[3].AsSpan(tile, length),
                    [group[0].Coefficient, group[1].Coefficient, group[2].Coefficient, group[3].Coefficient]
                );
                continue;
            }

            for (var i = 0; i < group.Length; i++)
            {
                WeightedSum.Add(part, blocks[i].AsSpan(tile, length), group[i].Coefficient);
            }
        }
    }
}
