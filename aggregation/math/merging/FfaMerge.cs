using Federated.Adapters;

namespace Federated.Aggregation;

/// <summary>
/// The exact merge over a frozen A (FFA-LoRA, Sun et al. 2024): since every node has the same A, averaging the B factors is averaging the
/// products, so B ← B + η Σ c ΔB loses nothing, whether or not the coefficients sum to one.
/// </summary>
/// <remarks>
/// Each update is read once, block by block, in the plan's fixed order (node id, base version) into one double per parameter: memory is that
/// of one adapter in double precision plus a block, whatever the number of updates, and the result has the same bits whatever the
/// order of arrival.
/// </remarks>
public static class FfaMerge
{
    private const int BlockLength = 1 << 15;

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
        foreach (WeightedUpdate update in plan.Updates)
        {
            await using Stream stream = await open(update.Digest, cancellation).ConfigureAwait(false);
            Add(stream, layout, update.Coefficient, sum, block, cancellation);
        }

        await using Stream before = await open(plan.PreviousDigest, cancellation).ConfigureAwait(false);
        var values = AdapterBlob.Read(before, layout, AdapterBlobKind.Adapter);
        var stepNorm = Step(plan, values, sum);
        return new(plan.Version, values, stepNorm);
    }

    private static void Add(
        Stream stream,
        AdapterLayout layout,
        double coefficient,
        double[] sum,
        float[] block,
        CancellationToken cancellation
    )
    {
        AdapterBlobReader reader = AdapterBlobReader.Open(stream, layout, AdapterBlobKind.Update);
        var offset = 0;
        int read;
        while ((read = reader.Read(block)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            WeightedSum.Add(sum.AsSpan(offset, read), block.AsSpan(0, read), coefficient);
            offset += read;
        }

        reader.RequireEnd();
    }

    // Server optimizer sgd: x ← x + η · pseudo-gradient, rounded to float32 once.
    private static double Step(MergePlan plan, float[] values, double[] sum)
    {
        double squares = 0;
        for (var j = 0; j < values.Length; j++)
        {
            var step = plan.LearningRate * sum[j];
            squares += step * step;
            values[j] = (float)(values[j] + step);
            if (!float.IsFinite(values[j]))
            {
                throw new NonFiniteMergeException(plan.Version, j);
            }
        }

        return Math.Sqrt(squares);
    }
}
