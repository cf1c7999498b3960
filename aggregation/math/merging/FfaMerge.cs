using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>
/// The exact merge over a frozen A (FFA-LoRA, Sun et al. 2024): since every node has the same A, averaging the B factors is averaging the
/// products, so B ← B + η Σ c ΔB loses nothing, whether or not the coefficients sum to one.
/// </summary>
/// <remarks>
/// Each update is read once. For each block of parameters all updates are added in the plan's fixed order (node id, base version) in
/// double precision, so that the sum stays in the processor's cache and the result has the same bits whatever the order of arrival. Memory is one
/// double and one float per parameter, whatever the number of updates; at most <see cref="OpenAtOnce"/> blobs are open.
/// </remarks>
public static class FfaMerge
{
    /// <summary>Blobs that are read side by side.</summary>
    public const int OpenAtOnce = 64;

    private const int BlockLength = 1 << 13;

    /// <summary>Merges a version's updates into the adapter before it. CPU-bound: run it off any scheduler that must answer.</summary>
    /// <param name="plan">Updates and coefficients.</param>
    /// <param name="layout">The run's layout; every blob must have it.</param>
    /// <param name="open">Opens a blob by its digest; the merge closes it.</param>
    /// <param name="cancellation">Checked for each block.</param>
    /// <exception cref="InvalidAdapterBlobException">A blob is not what the layout says.</exception>
    /// <exception cref="NonFiniteMergeException">The result does not fit into float32.</exception>
    public static async Task<MergedAdapter> MergeAsync(
        MergePlan plan,
        AdapterLayout layout,
        Func<string, CancellationToken, Task<Stream>> open,
        CancellationToken cancellation = default
    )
    {
        var sum = new double[layout.Count];
        var block = new float[Math.Min(BlockLength, Math.Max(layout.Count, 1))];
        foreach (var side in plan.Updates.Chunk(OpenAtOnce))
        {
            await AddAsync(side, layout, open, sum, block, cancellation).ConfigureAwait(false);
        }

        await using Stream before = await open(plan.PreviousDigest, cancellation).ConfigureAwait(false);
        var values = AdapterBlob.Read(before, layout, AdapterBlobKind.Adapter);
        var stepNorm = Step(plan, values, sum);
        return new(plan.Version, values, stepNorm);
    }

    private static async Task AddAsync(
        WeightedUpdate[] updates,
        AdapterLayout layout,
        Func<string, CancellationToken, Task<Stream>> open,
        double[] sum,
        float[] block,
        CancellationToken cancellation
    )
    {
        var streams = new List<Stream>(updates.Length);
        try
        {
            foreach (var update in updates)
            {
                streams.Add(await open(update.Digest, cancellation).ConfigureAwait(false));
            }

            Add(updates, streams, layout, sum, block, cancellation);
        }
        finally
        {
            foreach (var stream in streams)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static void Add(
        WeightedUpdate[] updates,
        List<Stream> streams,
        AdapterLayout layout,
        double[] sum,
        float[] block,
        CancellationToken cancellation
    )
    {
        var readers = streams.ConvertAll(stream => AdapterBlobReader.Open(stream, layout, AdapterBlobKind.Update));
        for (long offset = 0; offset < sum.Length; offset += block.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = sum.AsSpan((int)offset, (int)Math.Min(block.Length, sum.Length - offset));
            var values = block.AsSpan(0, part.Length);
            for (var i = 0; i < updates.Length; i++)
            {
                ReadExactly(readers[i], values);
                WeightedSum.Add(part, values, updates[i].Coefficient);
            }
        }

        readers.ForEach(reader => reader.RequireEnd());
    }

    private static void ReadExactly(AdapterBlobReader reader, Span<float> values)
    {
        while (values.Length > 0)
        {
            values = values[reader.Read(values)..];
        }
    }

    // Server optimizer sgd: x ← x + η · pseudo-gradient, rounded to float32 once.
    private static double Step(MergePlan plan, float[] values, double[] sum)
    {
        var squares = WeightedSum.Step(values, sum, plan.LearningRate);
        var bad = FiniteValues.IndexOfNotFinite(values);
        return bad < 0 ? Math.Sqrt(squares) : throw new NonFiniteMergeException(plan.Version, bad);
    }
}
