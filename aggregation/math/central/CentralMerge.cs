using Federated.Adapters;
using Federated.Privacy.Mechanisms;

namespace Federated.Aggregation;

/// <summary>
/// x ← x + step(Σ C clip(x_n) + noise): the merge of a run with central privacy. The noise is drawn anew at each call and kept nowhere, so a version cannot be made
/// again: call it once, and publish what it gives.
/// </summary>
/// <remarks>Each blob is read once; memory is two numbers of eight bytes for each element, whatever the number of nodes.</remarks>
public static class CentralMerge
{
    private const int BlockLength = 1 << 16;

    /// <summary>Merges with noise from the operating system's generator.</summary>
    /// <param name="plan">A plan with central privacy.</param>
    /// <param name="layout">The run's layout, with A frozen.</param>
    /// <param name="open">Opens a blob by its digest; the merge closes it.</param>
    /// <param name="cancellation">Stops between blobs.</param>
    public static async Task<MergedAdapter> MergeAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CancellationToken cancellation = default
    )
    {
        using var noise = new SecureNoise();
        return await MergeAsync(plan, layout, open, noise, cancellation).ConfigureAwait(false);
    }

    /// <summary>Merges with a given source of noise.</summary>
    /// <exception cref="ArgumentException">The plan has no central privacy, or no frozen A.</exception>
    internal static async Task<MergedAdapter> MergeAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        NoiseSource noise,
        CancellationToken cancellation
    )
    {
        if (plan.Central is not { } central || plan.Method != MergeMethod.Ffa)
        {
            throw new ArgumentException($"a plan of {plan.Method} without central privacy", nameof(plan));
        }

        using var sum = new NodeSum((int)layout.Count, central.Sensitivity);
        await AddNodesAsync(plan, layout, open, central, sum, cancellation).ConfigureAwait(false);
        var released = sum.Release(central.NoiseMultiplier, noise);
        var optimizer = await ServerOptimizer
            .BeginAsync(plan, (int)layout.Count, open, cancellation)
            .ConfigureAwait(false);
        var merged = new MergedAdapter(plan.Version, layout);
        try
        {
            await using var before = await open(plan.PreviousDigest, cancellation).ConfigureAwait(false);
            AdapterBlob.Read(before, layout, AdapterBlobKind.Adapter).CopyTo(merged.Elements);
            merged.StepNorm = Math.Sqrt(optimizer.Step(merged.Elements, released.Values, 0));
            merged.OptimizerState = optimizer.State?.ToBytes();
            await RankPruning.ApplyAsync(plan, layout, open, merged, cancellation).ConfigureAwait(false);
            return merged;
        }
        catch
        {
            merged.Dispose();
            throw;
        }
    }

    private static async Task AddNodesAsync(
        MergePlan plan,
        AdapterLayout layout,
        OpenBlob open,
        CentralPrivacy central,
        NodeSum sum,
        CancellationToken cancellation
    )
    {
        var candidates = new Candidates(plan);
        await using var blobs = new BlobSet(
            [.. plan.Updates.Select(update => new BlobSource(update.Digest, layout, AdapterBlobKind.Update))],
            open
        );
        var vector = new double[layout.Count];
        var block = new float[Math.Min(BlockLength, vector.Length)];
        for (var node = 0; node < candidates.Nodes.Count; node++)
        {
            Array.Clear(vector);
            foreach (var (update, factor) in candidates.Parts[node])
            {
                for (var offset = 0; offset < vector.Length; offset += block.Length)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var count = Math.Min(block.Length, vector.Length - offset);
                    await blobs.ReadAsync(update, offset, block.AsMemory(0, count), cancellation).ConfigureAwait(false);
                    WeightedSum.Add(vector.AsSpan(offset, count), block.AsSpan(0, count), factor);
                }
            }

            sum.Add(Weighed(vector, central, candidates.Weights[node]));
        }
    }

    // The cut to C comes before the weight, which is public; the sum cuts to the sensitivity once more, on integers.
    private static ReadOnlySpan<double> Weighed(double[] vector, CentralPrivacy central, double weight)
    {
        var norm = Math.Sqrt(VectorKernels.Dot(vector, vector));
        var factor = weight * Math.Min(1, central.MaxUpdateNorm / norm);
        for (var i = 0; i < vector.Length; i++)
        {
            // 0 / 0 = NaN is the factor of a zero vector.
            vector[i] = norm > 0 ? vector[i] * factor : 0;
        }

        return vector;
    }
}
